package io.persistentmap.docs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Decodes keys and values as section 6 of {@code docs/file-format.md} says. */
final class EncodedValues {
  /** An enum constant. */
  record Constant(String className, String name) {}

  /** A record; components that are null are {@link Optional#empty()}. */
  record Components(String className, List<Object> components) {}

  /** An object in the form of Kryo, undecoded. */
  record KryoBytes(ByteBuffer bytes) {}

  private final Map<Integer, String> classes;

  EncodedValues(Map<Integer, String> classes) {
    this.classes = Map.copyOf(classes);
  }

  /** Decodes one object, which must be all there is. Byte arrays become buffers. */
  Object decode(ByteBuffer encoded) {
    ByteBuffer in = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
    Object decoded = next(in);
    if (in.hasRemaining()) {
      throw new IllegalStateException(in.remaining() + " bytes behind " + decoded);
    }
    return decoded;
  }

  private Object next(ByteBuffer in) {
    int tag = in.get();
    return switch (tag) {
      case 0 -> Optional.empty();
      case 1, 2, 3, 13, 15 -> ofVarLength(tag, in);
      case 4, 5 -> tag == 5;
      case 6, 7, 8, 9, 10, 11, 12 -> primitive(tag, in);
      case 14 -> new UUID(in.getLong(), in.getLong());
      case 16 -> decimal(in);
      case 17, 18, 19, 20, 21 -> time(tag, in);
      case 22 -> new Constant(className(in), (String) next(in));
      case 23 -> components(in);
      case 24 -> new KryoBytes(take(in, in.remaining()));
      default -> throw new IllegalStateException("tag " + tag);
    };
  }

  private static Object ofVarLength(int tag, ByteBuffer in) {
    ByteBuffer bytes = take(in, var(in));
    return switch (tag) {
      case 1 -> text(bytes, ISO_8859_1);
      case 2 -> text(bytes, UTF_8);
      case 3 -> chars(bytes);
      case 13 -> bytes;
      default -> new BigInteger(toArray(bytes));
    };
  }

  private static Object primitive(int tag, ByteBuffer in) {
    return switch (tag) {
      case 6 -> in.get();
      case 7 -> in.getShort();
      case 8 -> in.getInt();
      case 9 -> in.getLong();
      case 10 -> in.getChar();
      case 11 -> in.getFloat();
      default -> in.getDouble();
    };
  }

  private static BigDecimal decimal(ByteBuffer in) {
    int scale = in.getInt();
    return new BigDecimal(new BigInteger(toArray(take(in, var(in)))), scale);
  }

  private static Object time(int tag, ByteBuffer in) {
    return switch (tag) {
      case 17 -> LocalDate.of(in.getInt(), in.get(), in.get());
      case 18 -> LocalTime.ofNanoOfDay(in.getLong());
      case 19 -> LocalDateTime.of((LocalDate) time(17, in), (LocalTime) time(18, in));
      case 20 -> Instant.ofEpochSecond(in.getLong(), in.getInt());
      default -> Duration.ofSeconds(in.getLong(), in.getInt());
    };
  }

  private Components components(ByteBuffer in) {
    String name = className(in);
    int count = var(in);
    List<Object> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      components.add(next(in));
    }
    return new Components(name, components);
  }

  private String className(ByteBuffer in) {
    int number = var(in);
    String name = classes.get(number);
    if (name == null) {
      throw new IllegalStateException("no class " + number + " in " + classes);
    }
    return name;
  }

  private static int var(ByteBuffer in) {
    int value = 0;
    int shift = 0;
    byte next;
    do {
      next = in.get();
      value |= (next & 0x7F) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }

  private static ByteBuffer take(ByteBuffer in, int length) {
    ByteBuffer taken = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + length);
    return taken;
  }

  private static String text(ByteBuffer bytes, Charset charset) {
    return new String(toArray(bytes), charset);
  }

  /** Unlike a charset, keeps unpaired surrogates. */
  private static String chars(ByteBuffer bytes) {
    StringBuilder chars = new StringBuilder();
    while (bytes.hasRemaining()) {
      chars.append(bytes.getChar());
    }
    return chars.toString();
  }

  private static byte[] toArray(ByteBuffer bytes) {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return array;
  }
}
