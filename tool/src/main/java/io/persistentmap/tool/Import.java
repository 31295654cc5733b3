package io.persistentmap.tool;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.inspect.FileCheck;
import io.persistentmap.inspect.KeyFingerprints;
import io.persistentmap.inspect.NewStore;
import io.persistentmap.inspect.Progress;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.store.MapDescription;
import io.persistentmap.tool.values.ClassDescriptions;
import io.persistentmap.tool.values.Json;
import io.persistentmap.tool.values.NotExpressibleException;
import io.persistentmap.tool.values.ValueJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a store of JSON Lines, as {@link Export} writes them, or somebody else. */
final class Import {
  private static final int MOST_CLASSES = 1_000_000;
  private static final int MOST_MAPS = 65_535;
  private static final int MOST_DIGITS = 19;
  private static final String OBJECT = Object.class.getName();

  private final JsonParser in;
  private final Set<Integer> classNumbers = new HashSet<>();
  private final NewStore store;
  private final ClassDescriptions classes = new ClassDescriptions();
  private final ValueJson values = new ValueJson(classes);

  /** Those of each map, by its number. */
  private final SortedMap<Integer, KeyFingerprints> keys = new TreeMap<>();

  private final ByteWriter bytes = new ByteWriter(1 << 12);
  private long entries;
  private boolean ended;

  private Import(JsonParser in, NewStore store) {
    this.in = in;
    this.store = store;
  }

  /** What the lines say is no store. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(int line, String message) {
      super("line " + line + ": " + message);
    }
  }

  /**
   * What was made.
   *
   * @param file the new store
   * @param entries how many entries
   */
  record Imported(Path file, long entries) {}

  /**
   * Makes a store.
   *
   * @param stream has the lines
   * @param target where there is no store yet
   * @throws MalformedException if a line can't be understood; then there is no store
   */
  static Imported run(FileSystem files, InputStream stream, Path target, Progress progress)
      throws IOException, MalformedException {
    try (JsonParser parser = Json.FACTORY.createParser(stream);
        NewStore store = NewStore.create(files, target)) {
      Import lines = new Import(parser, store);
      lines.read();
      FileCheck check = store.finish(progress);
      return new Imported(target, check.entries());
    }
  }

  private void read() throws IOException, MalformedException {
    boolean first = true;
    try {
      while (in.nextToken() != null) {
        int line = in.currentTokenLocation().getLineNr();
        if (!(Json.read(in) instanceof Map<?, ?> map)) {
          throw new MalformedException(line, "expected an object");
        }
        try {
          apply(members(map), first);
        } catch (NotExpressibleException e) {
          throw new MalformedException(line, String.valueOf(e.getMessage()));
        }
        first = false;
      }
    } catch (JsonProcessingException e) {
      throw new MalformedException(e.getLocation().getLineNr(), e.getOriginalMessage());
    }
    if (!ended) {
      throw new MalformedException(
          in.currentLocation().getLineNr(),
          "expected {\"end\": number of entries}; the file was cut short");
    }
  }

  @SuppressWarnings("unchecked") // Json.read makes only such maps
  private static Map<String, @Nullable Object> members(Map<?, ?> map) {
    return (Map<String, @Nullable Object>) map;
  }

  private void apply(Map<String, @Nullable Object> line, boolean first)
      throws NotExpressibleException {
    if (first) {
      header(line);
    } else if (ended) {
      throw new NotExpressibleException("there is more behind the end");
    } else if (line.containsKey("key")) {
      entry(line);
    } else if (line.containsKey("class")) {
      describeClass(line);
    } else if (line.containsKey("map")) {
      describeMap(line);
    } else if (line.containsKey("end")) {
      end(number(line, "end"));
    } else {
      throw new NotExpressibleException(
          "expected \"key\", \"class\", \"map\" or \"end\", found " + line.keySet());
    }
  }

  private static void header(Map<String, @Nullable Object> line) throws NotExpressibleException {
    if (!"export".equals(line.get("persistentmap"))) {
      throw new NotExpressibleException("expected {\"persistentmap\": \"export\", ...}");
    }
    if (number(line, "version") != Export.VERSION) {
      throw new NotExpressibleException(
          "version " + number(line, "version") + ", but this release reads " + Export.VERSION);
    }
  }

  private void describeMap(Map<String, @Nullable Object> line) throws NotExpressibleException {
    int number = number(line, "map", MOST_MAPS, keys.keySet());
    keys.put(number, new KeyFingerprints());
    MapDescription map =
        new MapDescription(
            kind(line), text(line, "name"), text(line, "keys"), text(line, "values"));
    store.describe(RecordLayout.CATALOG, number, map.bytes());
  }

  private static MapDescription.Kind kind(Map<String, @Nullable Object> line)
      throws NotExpressibleException {
    if (!line.containsKey("kind")) {
      return MapDescription.Kind.MAP;
    }
    String word = text(line, "kind");
    for (MapDescription.Kind kind : MapDescription.Kind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw new NotExpressibleException("expected a kind of map, found " + word);
  }

  /** Returns the number of the map of an entry, which is left out where there is one. */
  private int mapOf(Map<String, @Nullable Object> line) throws NotExpressibleException {
    if (keys.isEmpty()) {
      keys.put(1, new KeyFingerprints());
      store.describeMap(1, OBJECT, OBJECT, "");
    }
    int map = line.containsKey("of") ? (int) number(line, "of") : keys.firstKey();
    if (!keys.containsKey(map)) {
      throw new NotExpressibleException(
          "expected the number of a map described before, found " + map);
    }
    return map;
  }

  private void describeClass(Map<String, @Nullable Object> line) throws NotExpressibleException {
    int number = number(line, "class", MOST_CLASSES, classNumbers);
    classNumbers.add(number);
    String description = text(line, "description");
    store.describe(RecordLayout.CLASS, number, description.getBytes(StandardCharsets.UTF_8));
    try {
      classes.add(number, description);
    } catch (NotExpressibleException e) {
      // Its values are bytes.
    }
  }

  private void entry(Map<String, @Nullable Object> line) throws NotExpressibleException {
    bytes.reset();
    values.toBytes(line.get("key"), bytes);
    int keyLength = bytes.position();
    if (!line.containsKey("value")) {
      throw new NotExpressibleException("expected \"value\"");
    }
    values.toBytes(line.get("value"), bytes);
    int map = mapOf(line);
    if (!Objects.requireNonNull(keys.get(map)).add(bytes.array(), 0, keyLength)) {
      throw new NotExpressibleException("this key has been there before: " + line.get("key"));
    }
    boolean byEquality = Boolean.TRUE.equals(line.get("byEquality"));
    store.add(map, byEquality, bytes.array(), 0, keyLength, bytes.position() - keyLength);
    entries++;
  }

  private void end(long expected) throws NotExpressibleException {
    if (keys.isEmpty()) {
      store.describeMap(1, OBJECT, OBJECT, "");
    }
    if (expected != entries) {
      throw new NotExpressibleException("expected " + expected + " entries, found " + entries);
    }
    ended = true;
  }

  /** Maps and classes are numbered in a row, and described once; tables of them are in memory. */
  private static int number(
      Map<String, @Nullable Object> line, String name, int most, Set<Integer> known)
      throws NotExpressibleException {
    long number = number(line, name);
    if (number < 1 || number > most) {
      throw new NotExpressibleException(
          "expected a " + name + " of a number from 1 to " + most + ", found " + number);
    }
    if (known.contains((int) number)) {
      throw new NotExpressibleException(name + " " + number + " has been described before");
    }
    return (int) number;
  }

  private static String text(Map<String, @Nullable Object> line, String name)
      throws NotExpressibleException {
    if (line.get(name) instanceof String text) {
      return text;
    }
    throw new NotExpressibleException("expected a string \"" + name + "\"");
  }

  private static long number(Map<String, @Nullable Object> line, String name)
      throws NotExpressibleException {
    if (line.get(name) instanceof Json.Digits number
        && number.isInteger()
        && number.text().length() < MOST_DIGITS) {
      return Long.parseLong(number.text());
    }
    throw new NotExpressibleException("expected a number \"" + name + "\"");
  }
}
