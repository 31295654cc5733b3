package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import java.nio.charset.StandardCharsets;

/**
 * What a store knows of one of its maps.
 *
 * @param kind what the map is used for
 * @param name its name; "" for the one of a store with one map
 * @param keyType name of the declared class of its keys
 * @param valueType name of the declared class of its values
 */
public record MapDescription(Kind kind, String name, String keyType, String valueType) {
  /** What a map is used for. */
  public enum Kind {
    /** A map of the program. */
    MAP("map"),

    /** The counters of the store, by name. */
    COUNTERS("counters"),

    /** The single values of the store, by name. */
    VALUES("values");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Returns what a record has for it. */
    public String word() {
      return word;
    }

    private static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      throw new CorruptFileException(
          "the description of a map is damaged: expected a kind of map, found " + word);
    }
  }

  /** Describes a map of the program. */
  public static MapDescription ofMap(String name, String keyType, String valueType) {
    return new MapDescription(Kind.MAP, name, keyType, valueType);
  }

  /** Returns it with another name. */
  public MapDescription named(String newName) {
    return new MapDescription(kind, newName, keyType, valueType);
  }

  String encode() {
    return kind.word() + '\n' + keyType + '\n' + valueType + '\n' + name;
  }

  /** Returns what a record of the log has. */
  public byte[] bytes() {
    return encode().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what a record of the log has. */
  public static MapDescription decode(String text) {
    String[] lines = text.split("\n", 4);
    if (lines.length < 4) {
      throw new CorruptFileException("the description of a map is damaged: " + text);
    }
    return new MapDescription(Kind.of(lines[0]), lines[3], lines[1], lines[2]);
  }
}
