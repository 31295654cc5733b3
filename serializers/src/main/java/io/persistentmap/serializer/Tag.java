package io.persistentmap.serializer;

/**
 * The first byte of every encoded value, which says how to read the rest.
 *
 * <p>The numbers are part of the file format. One that was ever released keeps its meaning and is
 * never reused; a new encoding of an old type gets a new number. Numbers are little-endian and of
 * fixed width, lengths and class numbers are unsigned LEB128.
 */
final class Tag {
  /** No value. Only inside of others: a map holds no nulls. */
  static final int NULL = 0;

  /** Length in bytes, one byte per character. For strings without a character above U+00FF. */
  static final int STRING_LATIN1 = 1;

  /** Length in bytes, UTF-8. For all other strings that have no unpaired surrogate. */
  static final int STRING_UTF8 = 2;

  /** Length in bytes, UTF-16. Only for strings with an unpaired surrogate, which UTF-8 lacks. */
  static final int STRING_UTF16 = 3;

  /** Nothing more. */
  static final int FALSE = 4;

  /** Nothing more. */
  static final int TRUE = 5;

  /** 1 byte. */
  static final int BYTE = 6;

  /** 2 bytes. */
  static final int SHORT = 7;

  /** 4 bytes. */
  static final int INT = 8;

  /** 8 bytes. */
  static final int LONG = 9;

  /** 2 bytes. */
  static final int CHAR = 10;

  /** 4 bytes: the bits, with one pattern for all NaN. */
  static final int FLOAT = 11;

  /** 8 bytes: the bits, with one pattern for all NaN. */
  static final int DOUBLE = 12;

  /** Length, then the bytes of a byte array. */
  static final int BYTES = 13;

  /** 16 bytes: most significant half, least significant half. */
  static final int UUID = 14;

  /** Length in bytes, shortest two's complement, most significant byte first. */
  static final int BIG_INTEGER = 15;

  /** Scale in 4 bytes, then the unscaled value like a {@link #BIG_INTEGER}. */
  static final int BIG_DECIMAL = 16;

  /** Year in 4 bytes, month in 1, day in 1. */
  static final int LOCAL_DATE = 17;

  /** Nanosecond of the day in 8 bytes. */
  static final int LOCAL_TIME = 18;

  /** A {@link #LOCAL_DATE}, then a {@link #LOCAL_TIME}, both without tag. */
  static final int LOCAL_DATE_TIME = 19;

  /** Seconds since 1970 in 8 bytes, nanoseconds in 4. */
  static final int INSTANT = 20;

  /** Seconds in 8 bytes, nanoseconds in 4. */
  static final int DURATION = 21;

  /** Class number, then the name of the constant as a tagged string. */
  static final int ENUM = 22;

  /**
   * Class number, then the components. Only for records with stable bytes, which hold no others.
   */
  static final int RECORD = 23;

  /** Class number; 1 for a new object or 2 + the number of an earlier one; then its content. */
  static final int OBJECT = 24;

  /** Class number: the class itself is the value. */
  static final int CLASS = 25;

  private Tag() {}
}
