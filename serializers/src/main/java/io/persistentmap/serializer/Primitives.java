package io.persistentmap.serializer;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The primitive types, by the letters that class files have for them. */
final class Primitives {
  /** The letter of everything that is not primitive. */
  static final char REFERENCE = 'L';

  /** To each type the types that have all its values, exactly. */
  private static final Map<Character, String> WIDER =
      Map.of('B', "SIJFD", 'S', "IJFD", 'C', "IJFD", 'I', "JD", 'F', "D");

  private static final Map<String, Class<?>> BY_NAME =
      Map.of(
          "boolean", boolean.class,
          "byte", byte.class,
          "short", short.class,
          "char", char.class,
          "int", int.class,
          "long", long.class,
          "float", float.class,
          "double", double.class,
          "void", void.class);

  private Primitives() {}

  /** Returns the primitive class of a name, or null. */
  static @Nullable Class<?> named(String name) {
    return BY_NAME.get(name);
  }

  /** Returns the letter of a type. */
  static char letter(Class<?> type) {
    return type.isPrimitive() ? type.descriptorString().charAt(0) : REFERENCE;
  }

  /** Returns the letter of a type by its name. */
  static char letter(String typeName) {
    Class<?> primitive = BY_NAME.get(typeName);
    return primitive == null || primitive == void.class ? REFERENCE : letter(primitive);
  }

  /** Returns whether each value of one type is a value of the other. */
  static boolean widens(char from, char to) {
    return WIDER.getOrDefault(from, "").indexOf(to) >= 0;
  }

  /** Returns the value that a field has which nobody set. */
  static @Nullable Object zero(Class<?> type) {
    return switch (letter(type)) {
      case 'Z' -> false;
      case 'B' -> (byte) 0;
      case 'S' -> (short) 0;
      case 'C' -> '\0';
      case 'I' -> 0;
      case 'J' -> 0L;
      case 'F' -> 0f;
      case 'D' -> 0d;
      default -> null;
    };
  }

  /** Converts a boxed number or character to a wider type, and leaves everything else alone. */
  static @Nullable Object widen(@Nullable Object value, Class<?> type) {
    Number number;
    if (value instanceof Character letter) {
      number = (int) letter;
    } else if (value instanceof Number boxed) {
      number = boxed;
    } else {
      return value;
    }
    return switch (letter(type)) {
      case 'S' -> number.shortValue();
      case 'I' -> number.intValue();
      case 'J' -> number.longValue();
      case 'F' -> number.floatValue();
      case 'D' -> number.doubleValue();
      default -> value;
    };
  }

  /** Reads a primitive value, boxed. */
  static Object read(char letter, ByteReader in) {
    return switch (letter) {
      case 'Z' -> in.readByte() != 0;
      case 'B' -> in.readByte();
      case 'S' -> in.readShort();
      case 'C' -> (char) in.readShort();
      case 'I' -> in.readInt();
      case 'J' -> in.readLong();
      case 'F' -> Float.intBitsToFloat(in.readInt());
      case 'D' -> Double.longBitsToDouble(in.readLong());
      default -> throw new AssertionError("no primitive type has letter " + letter);
    };
  }
}
