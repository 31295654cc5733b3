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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decodes keys and values as section 6 of {@code docs/file-format.md} says. */
final class EncodedValues {
  private static final int PUT_OFF_BELOW = 64;
  private static final int DEEPEST = 400;

  /** An enum constant. */
  record Constant(String className, String name) {}

  /** A class. */
  record TheClass(String className) {}

  /** A stable record; components that are null are {@link Optional#empty()}. */
  record Components(String className, List<Object> components) {}

  /** Any other object, with all that is in it; nulls are {@link Optional#empty()}. */
  static final class Decoded {
    final String className;
    final List<Object> heads = new ArrayList<>();
    final List<Object> values = new ArrayList<>();
    final Map<String, Object> fields = new LinkedHashMap<>();
    final List<Object> elements = new ArrayList<>();

    Decoded(String className) {
      this.className = className;
    }

    Decoded(String className, Map<String, Object> fields) {
      this(className);
      this.fields.putAll(fields);
    }

    private List<Object> parts() {
      return List.of(className, heads, values, fields, elements);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Decoded decoded && parts().equals(decoded.parts());
    }

    @Override
    public int hashCode() {
      return parts().hashCode();
    }

    @Override
    public String toString() {
      return className + heads + values + fields.keySet() + elements.size();
    }
  }

  /** A description. */
  private record Described(
      String name, String layout, int heads, int values, String base, List<String[]> fields) {
    static Described of(String text) {
      String[] lines = text.split("\n", -1);
      String[] layout = lines[1].split("\t", -1);
      List<String[]> fields = new ArrayList<>();
      for (int i = 2; i < lines.length; i++) {
        fields.add(lines[i].split("\t", -1));
      }
      return new Described(
          lines[0],
          layout[0],
          Integer.parseInt(layout[1]),
          Integer.parseInt(layout[2]),
          layout[3],
          fields);
    }

    boolean existsEarly() {
      return Set.of("object", "array", "holder", "list", "set", "map").contains(layout);
    }
  }

  /** An object whose content follows later. */
  private record PutOff(Described described, Decoded object, int count) {}

  private final Map<Integer, Described> classes = new HashMap<>();
  private final List<Object> objects = new ArrayList<>();
  private final Deque<PutOff> putOff = new ArrayDeque<>();
  private int depth;

  EncodedValues(Map<Integer, String> descriptions) {
    descriptions.forEach((number, text) -> classes.put(number, Described.of(text)));
  }

  /** Decodes one object, which must be all there is. Byte arrays become buffers. */
  Object decode(ByteBuffer encoded) {
    ByteBuffer in = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
    objects.clear();
    Object decoded = next(in);
    putOff(0, in);
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
      case 22 -> new Constant(described(in, "enum").name, (String) next(in));
      case 23 -> components(in);
      case 24 -> object(in);
      case 25 -> new TheClass(described(in, "class").name);
      default -> throw new IllegalStateException("tag " + tag);
    };
  }

  // ---- objects ---------------------------------------------------------------------------------

  private Described described(ByteBuffer in, String layout) {
    Described described = described(in);
    if (!described.layout.equals(layout)) {
      throw new IllegalStateException(described + " is not of layout " + layout);
    }
    return described;
  }

  private Described described(ByteBuffer in) {
    int number = var(in);
    Described described = classes.get(number);
    if (described == null) {
      throw new IllegalStateException("no class " + number + " in " + classes);
    }
    return described;
  }

  private Components components(ByteBuffer in) {
    Described described = described(in, "stable-record");
    List<Object> components = new ArrayList<>();
    for (String[] field : described.fields) {
      components.add(typed(field[0], in));
    }
    return new Components(described.name, components);
  }

  private Object object(ByteBuffer in) {
    Described described = described(in);
    int reference = var(in);
    if (reference != 1) {
      return objects.get(reference - 2);
    }
    int place = objects.size();
    objects.add(Optional.empty());
    enter();
    int mark = putOff.size();
    Decoded object = new Decoded(described.name);
    if (described.existsEarly()) {
      int count = described.layout.equals("array") ? var(in) : values(described.heads, object, in);
      putOff(mark, in);
      objects.set(place, object);
      PutOff content = new PutOff(described, object, count);
      if (depth > PUT_OFF_BELOW) {
        putOff.push(content);
      } else {
        content(content, in);
      }
    } else {
      content(new PutOff(described, object, 0), in);
      putOff(mark, in);
      objects.set(place, object);
    }
    depth--;
    return object;
  }

  private void enter() {
    if (++depth > DEEPEST) {
      throw new IllegalStateException("deeper than " + DEEPEST);
    }
  }

  private int values(int count, Decoded object, ByteBuffer in) {
    for (int i = 0; i < count; i++) {
      object.heads.add(next(in));
    }
    return 0;
  }

  private void content(PutOff content, ByteBuffer in) {
    Described described = content.described;
    Decoded object = content.object;
    switch (described.layout) {
      case "values" -> values(described.heads, object, in);
      case "custom" -> object.values.add(take(in, in.getInt()));
      case "array" -> elements(described.name.substring(1), content.count, object, in);
      default -> {
        int mark = putOff.size();
        for (int i = 0; i < described.values; i++) {
          object.values.add(next(in));
        }
        if (described.layout.equals("holder") && described.heads > 0) {
          putOff(mark, in);
        }
        for (String[] field : described.fields) {
          object.fields.put(field[2] + "." + field[1], typed(field[0], in));
        }
        counted(described, object, in);
      }
    }
  }

  private void counted(Described described, Decoded object, ByteBuffer in) {
    int each = Map.of("list", 1, "set", 1, "map", 2).getOrDefault(described.layout, 0);
    if (each > 0) {
      int mark = putOff.size();
      elements("L", each * var(in), object, in);
      if (!described.layout.equals("list")) {
        putOff(mark, in);
      }
    }
  }

  private void elements(String descriptor, int count, Decoded object, ByteBuffer in) {
    for (int i = 0; i < count; i++) {
      object.elements.add(typed(descriptor, in));
    }
  }

  private void putOff(int mark, ByteBuffer in) {
    while (putOff.size() > mark) {
      enter();
      content(putOff.pop(), in);
      depth--;
    }
  }

  /** Reads what is declared with a type: its name, or the letter that it has in arrays. */
  private Object typed(String type, ByteBuffer in) {
    return switch (type) {
      case "boolean", "Z" -> in.get() == 1;
      case "byte", "B" -> in.get();
      case "short", "S" -> in.getShort();
      case "char", "C" -> in.getChar();
      case "int", "I" -> in.getInt();
      case "long", "J" -> in.getLong();
      case "float", "F" -> in.getFloat();
      case "double", "D" -> in.getDouble();
      default -> next(in);
    };
  }

  // ---- values of one piece ---------------------------------------------------------------------

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
