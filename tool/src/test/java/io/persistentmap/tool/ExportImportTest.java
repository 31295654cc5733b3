package io.persistentmap.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import io.persistentmap.PersistentMap;
import io.persistentmap.inspect.EntryScan;
import io.persistentmap.inspect.Progress;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.ReadState;
import io.persistentmap.store.StoreFile;
import io.persistentmap.tool.values.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that what was exported and imported is the same, byte for byte. */
final class ExportImportTest {
  @TempDir Path dir;
  private final FileSystem files = FileSystem.ofPlatform();

  @Test
  void everyType_sameBytesAndEqualObjects() throws Exception {
    Path file = dir.resolve("a.map");
    Path lines = dir.resolve("a.jsonl");
    Path copy = dir.resolve("b.map");
    Map<Object, Object> entries = Values.entries();
    try (PersistentMap<Object, Object> map = Values.open(file)) {
      map.putAll(entries);
      map.put("bytes", new byte[] {1, 2, 3});
      map.put("doubles", new double[] {1, Double.NaN});
      map.put("line", new Values.Line(List.of(), List.of(0.5), 'x', new long[] {1L << 60}));
      map.put("letters", new char[][] {{'a', '\ud800'}, null});
    }
    Map<?, ?> exported = Tool.json("export", file, lines);
    assertThat(Tool.number(exported, "entries")).isEqualTo(entries.size() + 4);
    Map<?, ?> imported = Tool.json("import", lines, copy);
    assertThat(imported.get("entries")).isEqualTo(exported.get("entries"));
    assertThat(raw(copy)).isEqualTo(raw(file));
    try (PersistentMap<Object, Object> map = Values.open(copy)) {
      assertThat(map.get("bytes")).isEqualTo(new byte[] {1, 2, 3});
      assertThat(map.remove("doubles")).isEqualTo(new double[] {1, Double.NaN});
      map.keySet().removeAll(List.of("bytes", "line", "letters"));
      assertThat(new HashMap<>(map)).isEqualTo(entries);
    }
    assertThat(Tool.run("verify", copy).code()).isZero();
    requireReadable(lines);
  }

  /** All but what JSON can't tell is told in JSON, with names. */
  private static void requireReadable(Path lines) throws IOException {
    String text = Files.readString(lines);
    List<String> asBytes = text.lines().filter(line -> line.contains("\"encoded\"")).toList();
    // Unpaired surrogates, as keys and values, in text, char and char[][]; and nested too deep.
    assertThat(asBytes).hasSizeLessThanOrEqualTo(6);
    assertThat(text)
        .contains("\"name\":\"Ada\"")
        .contains("\"scores\":")
        .contains("Values$Employee.name\":\"hidden\"".replace("Values$Employee.", ""))
        .contains("\"same\":")
        .contains("{\"type\":\"date\",\"value\":\"-0005-12-31\"}")
        .contains("{\"enum\":\"java.time.DayOfWeek\",\"value\":\"TUESDAY\"}")
        .contains("\"byEquality\":true");
    for (String line : text.lines().toList()) {
      try (JsonParser parser = Json.FACTORY.createParser(line)) {
        parser.nextToken();
        assertThat(Json.read(parser)).isInstanceOf(Map.class);
        assertThat(parser.nextToken()).isNull();
      }
    }
  }

  /** Returns all entries as bytes. */
  private Map<String, String> raw(Path file) {
    Map<String, String> entries = new HashMap<>();
    try (ReadState state = ReadState.of(files, file, StoreFile.read(files, file).superblock())) {
      state
          .catalog()
          .forEach(
              (kind, number, description) ->
                  entries.put(
                      kind + " " + number, new String(description, StandardCharsets.UTF_8)));
      EntryScan.forEach(
          files,
          file,
          state,
          Progress.NONE,
          record ->
              entries.put(
                  record.isByEquality() + Arrays.toString(record.key()),
                  Arrays.toString(record.value())));
    }
    return entries;
  }

  /** Members in another order, other white space: what a person or another program may do. */
  @Test
  void writtenByHand_read() throws Exception {
    Path lines = dir.resolve("hand.jsonl");
    Path file = dir.resolve("hand.map");
    Files.writeString(
        lines,
        """
        {"version": 1, "persistentmap": "export"}
        {"map": 1, "values": "java.lang.Object", "keys": "java.lang.String", "name": ""}
        {"value": {"value": "2026-01-02", "type": "date"}, "key": "day"}
        { "key": "n",
          "value": 7 }
        {"key": "pi", "value": 3.14}
        {"key": "long", "value": {"type": "long", "value": "9"}}
        {"end": 4}
        """);
    assertThat(Tool.run("import", lines, file).code()).isZero();
    try (PersistentMap<String, Object> map = PersistentMap.open(file, String.class, Object.class)) {
      assertThat(new HashMap<>(map))
          .isEqualTo(
              Map.of("day", java.time.LocalDate.of(2026, 1, 2), "n", 7, "pi", 3.14, "long", 9L));
    }
  }

  @Test
  void malformed_refusedWithLineAndNothingLeft() throws Exception {
    String header = "{\"persistentmap\":\"export\",\"version\":1}\n";
    Map<String, String> bad = new HashMap<>();
    bad.put("no JSON at all", "line 1");
    bad.put("{\"end\":0}", "persistentmap");
    bad.put(header.replace(":1}", ":2}") + "{\"end\":0}", "version 2");
    bad.put(header + "{\"key\":1,\"value\":2}", "cut short");
    String map = "{\"map\":1,\"keys\":\"a.B\",\"values\":\"a.C\",\"name\":\"\"}\n";
    bad.put(header + map + map + "{\"end\":0}", "map 1 has been described before");
    bad.put(header + map.replace(":1", ":0") + "{\"end\":0}", "from 1 to 65535");
    bad.put(header + "{\"end\":" + "9".repeat(30) + "}", "expected a number");
    bad.put(
        header + "{\"class\":2000000000,\"description\":\"a.B\"}\n{\"end\":0}",
        "from 1 to 1000000");
    bad.put(header + "{\"key\":1,\"value\":2}\n{\"end\":2}", "line 3: expected 2 entries, found 1");
    bad.put(header + "{\"key\":1,\"value\":2}\n{\"key\":1,\"value\":3}\n{\"end\":2}", "line 3");
    bad.put(header + "{\"key\":1}\n{\"end\":1}", "expected \"value\"");
    bad.put(header + "{\"key\":null,\"value\":1}\n{\"end\":1}", "line 2");
    bad.put(header + "{\"key\":1,\"value\":{\"type\":\"date\",\"value\":\"x\"}}", "date x");
    bad.put(header + "{\"key\":1,\"value\":{\"type\":\"what\",\"value\":\"x\"}}", "unknown type");
    bad.put(header + "{\"key\":1,\"value\":{\"class\":\"a.B\"}}", "a.B is not described");
    bad.put(header + "{\"key\":12345678901,\"value\":1}", "12345678901");
    bad.put(header + "{\"key\":{\"encoded\":\"?\"},\"value\":1}", "base64");
    bad.put(header + "{\"end\":0}\n{\"end\":0}", "behind the end");
    bad.put(header + "[1]", "expected an object");
    bad.put(header + "{\"key\":1,\"key\":2,\"value\":1}", "Duplicate");
    bad.put(header + "{\"key\":1,\"val", "line 2");
    Path lines = dir.resolve("bad.jsonl");
    Path file = dir.resolve("bad.map");
    for (Map.Entry<String, String> one : bad.entrySet()) {
      Files.writeString(lines, one.getKey());
      assertThat(Tool.refused(ExitCode.FORMAT, "import", lines, file))
          .as(one.getKey())
          .contains(one.getValue());
      try (var left = Files.list(dir)) {
        assertThat(left).containsExactly(lines);
      }
    }
    Files.writeString(lines, header + "{\"end\":0}");
    Files.createFile(file);
    assertThat(Tool.refused(ExitCode.ACCESS, "import", lines, file)).contains("exists already");
    assertThat(Tool.refused(ExitCode.ACCESS, "import", dir.resolve("none"), dir.resolve("new")))
        .contains("none");
  }

  @Test
  void severalMaps_allDescribedAgain() throws Exception {
    Path lines = dir.resolve("maps.jsonl");
    Path file = dir.resolve("maps.map");
    Path again = dir.resolve("again.jsonl");
    String maps =
        """
        {"map":1,"keys":"java.lang.String","values":"a.C","name":"first"}
        {"map":2,"keys":"a.B","values":"a.C","name":"second"}
        """;
    String header = "{\"persistentmap\":\"export\",\"version\":1}\n";
    Files.writeString(lines, header + maps + "{\"key\":\"k\",\"value\":1}\n{\"end\":1}");
    assertThat(Tool.run("import", lines, file).code()).isZero();
    assertThat(Tool.run("verify", file).code()).isZero();
    assertThat(Tool.run("compact", file, "--write").code()).isZero();
    assertThat(Tool.run("salvage", file, dir.resolve("saved.map")).code()).isZero();
    assertThat(Tool.run("info", dir.resolve("saved.map")).out()).contains("map 1", "map 2");
    assertThat(Tool.run("export", file, again).code()).isZero();
    assertThat(Files.readString(again)).contains(maps);
  }

  /** Whatever bytes a value has, also those of classes that nobody knows, it survives. */
  @Test
  void anyBytes_survive() throws Exception {
    long seed = Long.getLong("persistentmap.seed", ThreadLocalRandom.current().nextLong());
    System.out.println("seed export=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path lines = dir.resolve("a.jsonl");
    List<String> text = new ArrayList<>();
    text.add("{\"persistentmap\":\"export\",\"version\":1}");
    int count = 3_000;
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[1 + random.nextInt(30)];
      random.nextBytes(value);
      value[0] = (byte) random.nextInt(30); // mostly a tag that there is
      String base64 = java.util.Base64.getEncoder().encodeToString(value);
      text.add("{\"key\":" + i + ",\"value\":{\"encoded\":\"" + base64 + "\"}}");
    }
    text.add("{\"end\":" + count + "}");
    Files.write(lines, text);
    Path file = dir.resolve("a.map");
    Path copy = dir.resolve("b.map");
    Path again = dir.resolve("b.jsonl");
    assertThat(Tool.run("import", lines, file).code()).isZero();
    Map<?, ?> exported = Tool.json("export", file, again);
    assertThat(Tool.number(exported, "asBytes")).isBetween(1L, count - 1L); // some make sense
    assertThat(Tool.run("import", again, copy).err()).isEmpty();
    assertThat(raw(copy)).isEqualTo(raw(file)).hasSize(count + 1);
  }
}
