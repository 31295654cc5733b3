package io.persistentmap.serializer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The encodings of strings.
 *
 * <p>Which of the three is used depends on the characters alone, so equal strings have equal bytes.
 */
final class StringCodec {
  /**
   * Up to here, looking at each character is fastest; beyond, copying back and comparing is, since
   * the virtual machine does both with vector instructions.
   */
  private static final int SHORT_LENGTH = 64;

  private StringCodec() {}

  /** Appends tag, length and characters. */
  static void write(String text, ByteWriter out) {
    if (writeLatin1(text, out)) {
      return;
    }
    long length = utf8Length(text);
    if (length >= 0) {
      writeUtf8(text, length, out);
    } else {
      writeUtf16(text, out);
    }
  }

  /** Reads a string with its tag. */
  static String read(ByteReader in) {
    return read(in.readByte(), in);
  }

  /** Reads a string whose tag is read already. */
  static String read(int tag, ByteReader in) {
    return switch (tag) {
      case Tag.STRING_LATIN1 -> readLatin1(in);
      case Tag.STRING_UTF8 -> readUtf8(in);
      case Tag.STRING_UTF16 -> readUtf16(in);
      default -> throw new SerializationException("tag " + tag + " is not one of a string");
    };
  }

  /** Appends a string if Latin-1 has all its characters, else does nothing. */
  private static boolean writeLatin1(String text, ByteWriter out) {
    boolean isShort = text.length() <= SHORT_LENGTH;
    if (isShort && !isLatin1(text)) {
      return false;
    }
    int start = out.position();
    writeHeader(Tag.STRING_LATIN1, text.length(), out);
    copyLowBytes(text, out.array(), out.position());
    if (!isShort && !latin1(out.array(), out.position(), text.length()).equals(text)) {
      out.position(start);
      return false;
    }
    out.position(out.position() + text.length());
    return true;
  }

  private static boolean isLatin1(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) > 0xFF) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("deprecation") // drops the high bytes: for Latin-1 right, and the fastest copy
  private static void copyLowBytes(String text, byte[] target, int offset) {
    text.getBytes(0, text.length(), target, offset);
  }

  private static String latin1(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, ISO_8859_1);
  }

  private static void writeUtf8(String text, long length, ByteWriter out) {
    writeHeader(Tag.STRING_UTF8, length, out);
    byte[] array = out.array();
    int position = out.position();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        array[position++] = (byte) c;
      } else if (Character.isHighSurrogate(c)) {
        position = putPair(Character.toCodePoint(c, text.charAt(++i)), array, position);
      } else {
        position = putUnit(c, array, position);
      }
    }
    out.position(position);
  }

  private static int putUnit(char c, byte[] array, int from) {
    int position = from;
    if (c < 0x800) {
      array[position++] = (byte) (0xC0 | (c >> 6));
    } else {
      array[position++] = (byte) (0xE0 | (c >> 12));
      array[position++] = continuation(c >> 6);
    }
    array[position++] = continuation(c);
    return position;
  }

  private static int putPair(int codePoint, byte[] array, int position) {
    array[position] = (byte) (0xF0 | (codePoint >> 18));
    array[position + 1] = continuation(codePoint >> 12);
    array[position + 2] = continuation(codePoint >> 6);
    array[position + 3] = continuation(codePoint);
    return position + 4;
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  private static void writeUtf16(String text, ByteWriter out) {
    writeHeader(Tag.STRING_UTF16, 2L * text.length(), out);
    for (int i = 0; i < text.length(); i++) {
      out.writeShort(text.charAt(i));
    }
  }

  /** Appends tag and length, and makes room for that many bytes. */
  private static void writeHeader(int tag, long length, ByteWriter out) {
    int clamped = (int) Math.min(length, Integer.MAX_VALUE);
    out.writeByte(tag);
    out.writeVarInt(clamped);
    out.ensure(clamped);
  }

  /** Returns the length in UTF-8, or -1 if a surrogate has no partner. */
  private static long utf8Length(String text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!isPairAt(text, i)) {
          return -1;
        }
        i++;
        length += 4;
      } else {
        length += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }
    return length;
  }

  private static boolean isPairAt(String text, int index) {
    return index + 1 < text.length()
        && Character.isSurrogatePair(text.charAt(index), text.charAt(index + 1));
  }

  private static String readLatin1(ByteReader in) {
    int length = in.readLength();
    String text = latin1(in.array(), in.position(), length);
    in.skip(length);
    return text;
  }

  private static String readUtf8(ByteReader in) {
    int length = in.readLength();
    String text = new String(in.array(), in.position(), length, UTF_8);
    in.skip(length);
    return text;
  }

  private static String readUtf16(ByteReader in) {
    int length = in.readLength();
    if ((length & 1) != 0) {
      throw new SerializationException("odd length " + length + " of a string of 16-bit units");
    }
    char[] chars = new char[length / 2];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) in.readShort();
    }
    return new String(chars);
  }
}
