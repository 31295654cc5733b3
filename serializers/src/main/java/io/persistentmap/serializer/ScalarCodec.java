package io.persistentmap.serializer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.UUID;

/** The encodings of values that consist of nothing but themselves: no class number, no parts. */
final class ScalarCodec {
  private ScalarCodec() {}

  /**
   * Appends tag and value.
   *
   * @param tag belongs to the exact class of the value
   */
  static void write(int tag, Object value, ByteWriter out) {
    switch (tag) {
      case Tag.STRING_LATIN1 -> StringCodec.write((String) value, out);
      case Tag.TRUE -> out.writeByte((Boolean) value ? Tag.TRUE : Tag.FALSE);
      default -> {
        out.writeByte(tag);
        writePayload(tag, value, out);
      }
    }
  }

  private static void writePayload(int tag, Object value, ByteWriter out) {
    switch (tag) {
      case Tag.BYTE -> out.writeByte((Byte) value);
      case Tag.SHORT -> out.writeShort((Short) value);
      case Tag.INT -> out.writeInt((Integer) value);
      case Tag.LONG -> out.writeLong((Long) value);
      case Tag.CHAR -> out.writeShort((Character) value);
      case Tag.FLOAT -> out.writeInt(Float.floatToIntBits((Float) value));
      case Tag.DOUBLE -> out.writeLong(Double.doubleToLongBits((Double) value));
      case Tag.BYTES -> writeBytes((byte[]) value, out);
      case Tag.UUID -> writeUuid((UUID) value, out);
      case Tag.BIG_INTEGER -> writeBytes(((BigInteger) value).toByteArray(), out);
      case Tag.BIG_DECIMAL -> writeDecimal((BigDecimal) value, out);
      case Tag.LOCAL_DATE -> writeDate((LocalDate) value, out);
      case Tag.LOCAL_TIME -> out.writeLong(((LocalTime) value).toNanoOfDay());
      case Tag.LOCAL_DATE_TIME -> writeDateTime((LocalDateTime) value, out);
      case Tag.INSTANT -> writeInstant((Instant) value, out);
      case Tag.DURATION -> writeDuration((Duration) value, out);
      default -> throw new AssertionError("no scalar has tag " + tag);
    }
  }

  /**
   * Reads a value whose tag is read already.
   *
   * @throws SerializationException if no scalar has this tag
   */
  static Object read(int tag, ByteReader in) {
    return switch (tag) {
      case Tag.STRING_LATIN1, Tag.STRING_UTF8, Tag.STRING_UTF16 -> StringCodec.read(tag, in);
      case Tag.FALSE -> false;
      case Tag.TRUE -> true;
      case Tag.BYTE -> in.readByte();
      case Tag.SHORT -> in.readShort();
      case Tag.INT -> in.readInt();
      case Tag.LONG -> in.readLong();
      case Tag.CHAR -> (char) in.readShort();
      case Tag.FLOAT -> Float.intBitsToFloat(in.readInt());
      case Tag.DOUBLE -> Double.longBitsToDouble(in.readLong());
      case Tag.BYTES -> readBytes(in);
      case Tag.UUID -> new UUID(in.readLong(), in.readLong());
      case Tag.BIG_INTEGER -> new BigInteger(readBytes(in));
      case Tag.BIG_DECIMAL -> readDecimal(in);
      case Tag.LOCAL_DATE -> readDate(in);
      case Tag.LOCAL_TIME -> readTime(in);
      case Tag.LOCAL_DATE_TIME -> LocalDateTime.of(readDate(in), readTime(in));
      case Tag.INSTANT -> Instant.ofEpochSecond(in.readLong(), readNanos(in));
      case Tag.DURATION -> Duration.ofSeconds(in.readLong(), readNanos(in));
      default -> throw new SerializationException("unknown tag " + tag);
    };
  }

  private static void writeBytes(byte[] bytes, ByteWriter out) {
    out.writeVarInt(bytes.length);
    out.writeBytes(bytes, 0, bytes.length);
  }

  private static byte[] readBytes(ByteReader in) {
    byte[] bytes = new byte[in.readLength()];
    in.readBytes(bytes, 0, bytes.length);
    return bytes;
  }

  private static void writeUuid(UUID value, ByteWriter out) {
    out.writeLong(value.getMostSignificantBits());
    out.writeLong(value.getLeastSignificantBits());
  }

  private static void writeDecimal(BigDecimal value, ByteWriter out) {
    out.writeInt(value.scale());
    writeBytes(value.unscaledValue().toByteArray(), out);
  }

  private static BigDecimal readDecimal(ByteReader in) {
    int scale = in.readInt();
    return new BigDecimal(new BigInteger(readBytes(in)), scale);
  }

  private static void writeDate(LocalDate value, ByteWriter out) {
    out.writeInt(value.getYear());
    out.writeByte(value.getMonthValue());
    out.writeByte(value.getDayOfMonth());
  }

  private static LocalDate readDate(ByteReader in) {
    return LocalDate.of(in.readInt(), in.readByte(), in.readByte());
  }

  private static LocalTime readTime(ByteReader in) {
    return LocalTime.ofNanoOfDay(in.readLong());
  }

  private static void writeDateTime(LocalDateTime value, ByteWriter out) {
    writeDate(value.toLocalDate(), out);
    out.writeLong(value.toLocalTime().toNanoOfDay());
  }

  private static void writeInstant(Instant value, ByteWriter out) {
    out.writeLong(value.getEpochSecond());
    out.writeInt(value.getNano());
  }

  private static void writeDuration(Duration value, ByteWriter out) {
    out.writeLong(value.getSeconds());
    out.writeInt(value.getNano());
  }

  private static int readNanos(ByteReader in) {
    int nanos = in.readInt();
    if (nanos < 0 || nanos > 999_999_999) {
      throw new SerializationException(nanos + " nanoseconds are not part of a second");
    }
    return nanos;
  }
}
