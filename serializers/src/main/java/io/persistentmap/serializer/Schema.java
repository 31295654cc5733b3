package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * What one number of the class table means: a class, and how the bytes of its objects are laid out.
 *
 * <p>The layout follows from the schema alone: so many values, then the fields, then counted
 * elements or pairs. That is enough to read an object, and to pass over one whose class is gone.
 * The text form is part of the file format.
 *
 * @param name the class as {@link Class#getName} has it; for classes of the JDK a public name, even
 *     where the class itself is private
 * @param kind the layout
 * @param heads number of values in front, those that creating the object takes
 * @param values number of values behind, for a {@link Kind#HOLDER}
 * @param base the JDK class that a user's class extends, "" for none
 * @param fields fields or components, in the order of their bytes
 */
record Schema(String name, Kind kind, int heads, int values, String base, List<Field> fields) {
  private static final String SEPARATOR = "\t";
  private static final int MAX_VALUES = 16;

  /** A layout. */
  enum Kind {
    /** Fields. The object exists before them. */
    OBJECT,
    /** Fields. The object is what the class's {@code readResolve} returns. */
    RESOLVED,
    /** Components. */
    RECORD,
    /** Components, nothing else, not even references: equal records have equal bytes. */
    STABLE_RECORD,
    /** Constants are written by name. */
    ENUM,
    /** The class itself is the value. */
    CLASS,
    /** Count, then elements. The array exists before them. */
    ARRAY,
    /** Length in bytes, then what the user's {@link Serializer} wrote. */
    CUSTOM,
    /** Values only. */
    VALUES,
    /** Head values, of which the object is made; then values, fields. */
    HOLDER,
    /** Head values, of which the collection is made; then fields, count, elements. */
    LIST,
    /** The same, but elements must be complete before the next can be read. */
    SET,
    /** Head values, of which the map is made; then fields, count, pairs; complete like in a set. */
    MAP;

    /** Returns whether the object exists before its content is read, so that cycles may close. */
    boolean createsFirst() {
      return switch (this) {
        case OBJECT, ARRAY, HOLDER, LIST, SET, MAP -> true;
        case RESOLVED, RECORD, STABLE_RECORD, ENUM, CLASS, CUSTOM, VALUES -> false;
      };
    }

    /** Returns the name that it has in the file. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      throw new SerializationException("unknown layout " + word);
    }
  }

  /**
   * A field or component.
   *
   * @param type its declared class
   * @param name its name
   * @param owner the class that declares it, "" for the class of the schema itself
   */
  record Field(String type, String name, String owner) {}

  Schema {
    fields = List.copyOf(fields);
  }

  /** A schema without values in front and fields. */
  static Schema of(String name, Kind kind) {
    return new Schema(name, kind, 0, 0, "", List.of());
  }

  /** The schema of a class of fields or components. */
  static Schema of(String name, Kind kind, List<Field> fields) {
    return new Schema(name, kind, 0, 0, "", fields);
  }

  /** The schema of a user's class that extends the one of this schema. */
  Schema extendedBy(String subclass, List<Field> itsFields) {
    return new Schema(subclass, kind, heads, values, name, itsFields);
  }

  /** Returns the lines that the class table keeps. */
  String text() {
    StringBuilder text = new StringBuilder(name).append('\n');
    text.append(String.join(SEPARATOR, kind.word(), "" + heads, "" + values, base));
    for (Field field : fields) {
      text.append('\n').append(String.join(SEPARATOR, field.type, field.name, field.owner));
    }
    return text.toString();
  }

  /**
   * Reads what {@link #text} returned.
   *
   * @throws SerializationException if the text is not a schema
   */
  static Schema parse(String text) {
    String[] lines = text.split("\n", -1);
    String[] layout = columns(lines, 1, 4);
    List<Field> fields = new ArrayList<>();
    for (int i = 2; i < lines.length; i++) {
      String[] field = columns(lines, i, 3);
      fields.add(new Field(field[0], field[1], field[2]));
    }
    return new Schema(
        lines[0],
        Kind.of(layout[0]),
        count(layout[1], text),
        count(layout[2], text),
        layout[3],
        fields);
  }

  /** Returns the same schema with other names for classes, where a name is not that of a field. */
  Schema renamed(UnaryOperator<String> names) {
    List<Field> renamed = new ArrayList<>();
    for (Field field : fields) {
      renamed.add(new Field(names.apply(field.type), field.name, names.apply(field.owner)));
    }
    return new Schema(names.apply(name), kind, heads, values, base, renamed);
  }

  private static String[] columns(String[] lines, int index, int count) {
    String[] columns = index < lines.length ? lines[index].split(SEPARATOR, -1) : new String[0];
    if (columns.length != count) {
      throw new SerializationException(
          "the description of class " + lines[0] + " is damaged in line " + (index + 1));
    }
    return columns;
  }

  private static int count(String number, String text) {
    try {
      int count = Integer.parseInt(number);
      if (count >= 0 && count <= MAX_VALUES) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw new SerializationException("the description of a class is damaged: " + text, e);
    }
    throw new SerializationException("the description of a class is damaged: " + text);
  }
}
