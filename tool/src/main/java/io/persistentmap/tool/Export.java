package io.persistentmap.tool;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.persistentmap.FileAccessException;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.inspect.EntryScan;
import io.persistentmap.inspect.LogRecord;
import io.persistentmap.inspect.Progress;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.MapDescription;
import io.persistentmap.store.MapDescription.Kind;
import io.persistentmap.store.ReadState;
import io.persistentmap.tool.values.ClassDescriptions;
import io.persistentmap.tool.values.Json;
import io.persistentmap.tool.values.NotExpressibleException;
import io.persistentmap.tool.values.ValueJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the entries of one file as JSON Lines. The form is that of {@code docs/tool.md}. */
final class Export {
  static final int VERSION = 1;

  private final JsonGenerator out;
  private final ClassDescriptions classes = new ClassDescriptions();
  private final ValueJson values = new ValueJson(classes);
  private final @Nullable String name;

  /** Those that are written. */
  private SortedMap<Integer, MapDescription> maps = new TreeMap<>();

  private long entries;
  private long asBytes;

  private Export(JsonGenerator out, @Nullable String name) {
    this.out = out;
    this.name = name;
  }

  /**
   * What was written.
   *
   * @param file the file that was read
   * @param checkpoint number of its checkpoint
   * @param entries how many entries
   * @param asBytes how many of them have a key or a value that only its bytes tell exactly
   */
  record Exported(Path file, long checkpoint, long entries, long asBytes) {}

  /**
   * Writes all entries.
   *
   * @param name of the map whose entries are written, or null for all
   * @param superblock of the checkpoint
   * @param stream takes the lines; it is flushed, not closed
   */
  static Exported run(
      FileSystem files,
      Path file,
      Superblock superblock,
      @Nullable String name,
      OutputStream stream,
      Progress progress)
      throws IOException {
    JsonGenerator generator = Json.FACTORY.createGenerator(stream);
    generator.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    Export export = new Export(generator, name);
    try (generator;
        ReadState state = ReadState.of(files, file, superblock)) {
      export.write(files, file, state, progress);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    stream.write('\n');
    stream.flush();
    return new Exported(file, superblock.checkpoint(), export.entries, export.asBytes);
  }

  private void write(FileSystem files, Path file, ReadState state, Progress progress)
      throws IOException {
    maps = state.catalog().maps();
    choose(file);
    header(state);
    state.catalog().forEach(this::describe);
    EntryScan.forEach(files, file, state, progress, this::entry);
    out.writeStartObject();
    out.writeNumberField("end", entries);
    out.writeEndObject();
  }

  /** Takes one map only, if it is named. */
  private void choose(Path file) {
    if (name != null) {
      maps.values().removeIf(map -> !map.name().equals(name) || !map.kind().equals(Kind.MAP));
      if (maps.isEmpty()) {
        throw new FileAccessException(
            file + ": expected a map \"" + name + "\", found none; pmap info tells what there is");
      }
    }
  }

  private void header(ReadState state) throws IOException {
    Superblock superblock = state.superblock();
    out.writeStartObject();
    out.writeStringField("persistentmap", "export");
    out.writeNumberField("version", VERSION);
    out.writeStringField("store", superblock.store().toString());
    out.writeNumberField("checkpoint", superblock.checkpoint());
    out.writeStringField("time", Instant.ofEpochMilli(superblock.timeMillis()).toString());
    if (name == null) {
      out.writeNumberField("entries", state.entries());
    }
    out.writeEndObject();
  }

  private void describe(int kind, int number, byte[] description) {
    if (kind == RecordLayout.CATALOG && !maps.containsKey(number)) {
      return;
    }
    String text = new String(description, StandardCharsets.UTF_8);
    try {
      out.writeStartObject();
      if (kind == RecordLayout.CATALOG) {
        MapDescription map = MapDescription.decode(text);
        out.writeNumberField("map", number);
        out.writeStringField("keys", map.keyType());
        out.writeStringField("values", map.valueType());
        out.writeStringField("name", map.name());
        if (map.kind() != Kind.MAP) {
          out.writeStringField("kind", map.kind().word());
        }
      } else {
        out.writeNumberField("class", number);
        out.writeStringField("description", text);
        classes.add(number, text);
      }
      out.writeEndObject();
    } catch (NotExpressibleException e) {
      end(); // values of that class are told as bytes
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end() {
    try {
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void entry(LogRecord record) {
    if (!maps.containsKey(record.map())) {
      return;
    }
    try {
      byte[] key = record.key();
      byte[] value = record.value();
      String keyJson = values.toJson(key, 0, key.length);
      String valueJson = values.toJson(value, 0, value.length);
      out.writeStartObject();
      out.writeFieldName("key");
      out.writeRawValue(keyJson);
      out.writeFieldName("value");
      out.writeRawValue(valueJson);
      if (record.isByEquality()) {
        out.writeBooleanField("byEquality", true);
      }
      if (maps.size() > 1) {
        out.writeNumberField("of", record.map());
      }
      out.writeEndObject();
      entries++;
      if (ValueJson.isBytes(keyJson) || ValueJson.isBytes(valueJson)) {
        asBytes++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
