package io.persistentmap.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.log.Log;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards what each command does, prints and returns: on stores that are closed, crashed, damaged,
 * in use or missing.
 */
final class CommandsTest {
  private static final int ENTRIES = 500;

  @TempDir Path dir;
  private Path file = Path.of("");

  @BeforeEach
  void nameFiles() {
    file = dir.resolve("x.map");
  }

  private PersistentMap<String, Integer> open(Path path, CloseMode closing) {
    return PersistentMap.builder(String.class, Integer.class)
        .snapshotMode(SnapshotMode.IN_PLACE)
        .closeMode(closing)
        .open(path);
  }

  /** Checkpoints 1 to 3, each with one entry changed. */
  private void store(CloseMode closing) {
    try (PersistentMap<String, Integer> map = open(file, closing)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.put("key " + i, i);
      }
      for (int checkpoint = 1; checkpoint <= 3; checkpoint++) {
        map.put("checkpoint", checkpoint);
        map.checkpoint();
      }
    }
  }

  private Map<String, Integer> read(Path path) {
    try (PersistentMap<String, Integer> map = open(path, CloseMode.DISCARD)) {
      return new HashMap<>(map);
    }
  }

  private static void overwrite(Path path, long at, int length) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
      raw.seek(at);
      raw.write(new byte[length]);
    }
  }

  /** Overwrites the value of a key. */
  private void damageRecord(Path path, String key) throws IOException {
    String bytes = Files.readString(path, StandardCharsets.ISO_8859_1);
    overwrite(path, bytes.indexOf(key), 4);
  }

  private Path noise() throws IOException {
    return Files.writeString(dir.resolve("noise"), "no hash file. ".repeat(2_000));
  }

  // ---- all of them -----------------------------------------------------------------------------

  @Test
  void helpVersionAndWrongUse_codes() {
    assertThat(Tool.run("--help").code()).isZero();
    assertThat(Tool.run("--help").out()).contains("salvage", "Exit status:");
    assertThat(Tool.run("--version").out()).startsWith("pmap ");
    for (String command :
        List.of(
            "info", "verify", "latest", "restore", "salvage", "export", "import", "compact",
            "backup")) {
      Tool.Result help = Tool.run(command, "--help");
      assertThat(help.code()).isZero();
      assertThat(help.out()).contains("Usage: pmap " + command, "--json");
      assertThat(Tool.refused(ExitCode.USAGE, command)).contains("Missing required parameter");
      assertThat(Tool.refused(ExitCode.USAGE, command, "--what", "a", "b")).contains("--what");
    }
    assertThat(Tool.refused(ExitCode.USAGE)).contains("Missing required subcommand");
    assertThat(Tool.refused(ExitCode.USAGE, "verfy")).contains("no command 'verfy'", "pmap verify");
    assertThat(Tool.refused(ExitCode.USAGE, "bakup", "x")).contains("'bakup'", "pmap backup");
    assertThat(Tool.refused(ExitCode.USAGE, "info", "x", "--jsn")).contains("--jsn", "--json");
  }

  @Test
  void missingOrForeign_codesAndNothingLeft() throws Exception {
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("info", file),
            List.of("verify", file),
            List.of("restore", file, "even", "--write"),
            List.of("salvage", file, dir.resolve("new")),
            List.of("export", file, dir.resolve("new")),
            List.of("compact", file, "--write"),
            List.of("backup", file, dir.resolve("new")))) {
      assertThat(Tool.refused(ExitCode.ACCESS, command.toArray())).contains("does not exist");
      try (var left = Files.list(dir)) {
        assertThat(left.filter(path -> !path.toString().endsWith(".lock"))).isEmpty();
      }
    }
    Path noise = noise();
    for (String command : List.of("export", "compact", "backup", "salvage")) {
      Object[] all = {command, noise, command.equals("compact") ? "--write" : dir.resolve("new")};
      assertThat(Tool.refused(ExitCode.FORMAT, all)).contains("no hash file");
    }
    Superblock superblock =
        Superblock.create(new UUID(1, 2), 0, 0, 3, 4, Log.START); // of a future version
    byte[] block = superblock.encode();
    for (int at : new int[] {0, 2048}) {
      block[at + 8] = 9;
      fixCrc(block, at);
    }
    Path future = Files.write(dir.resolve("future"), concat(block, block));
    assertThat(Tool.refused(ExitCode.FORMAT, "verify", future)).contains("format version 9");
  }

  private static void fixCrc(byte[] block, int at) {
    CRC32C crc = new CRC32C();
    Arrays.fill(block, at + 12, at + 16, (byte) 0);
    crc.update(block, at, 512);
    ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 12, (int) crc.getValue());
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  @Test
  void inUse_infoAndBackupOnly() throws Exception {
    try (PersistentMap<String, Integer> map = open(file, CloseMode.DISCARD)) {
      map.put("a", 1);
      map.checkpoint();
      Map<?, ?> info = Tool.json("info", file);
      assertThat(info.get("inUse")).asString().contains("process");
      assertThat(info.get("state")).isNull();
      Path backup = dir.resolve("backup.map");
      assertThat(Tool.number(Tool.json("backup", file, backup), "entries")).isEqualTo(1);
      assertThat(Tool.run("verify", backup).code()).isZero();
      for (List<Object> command :
          List.<List<Object>>of(
              List.of("verify", file),
              List.of("export", file),
              List.of("compact", file, "--write"),
              List.of("restore", file, 1, "--write"))) {
        assertThat(Tool.refused(ExitCode.ACCESS, command.toArray())).contains("open already");
      }
      map.put("b", 2);
      map.checkpoint();
    }
    assertThat(read(file)).hasSize(2);
  }

  // ---- info and verify -------------------------------------------------------------------------

  @Test
  void info_closedAndCrashed_facts() throws Exception {
    store(CloseMode.CHECKPOINT);
    Tool.Result text = Tool.run("info", file);
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("checkpoint 3", "501 entries", "closed; in place", "java.lang.String ->")
        .contains("now  opens " + file + " (closed file)");
    Map<?, ?> state = (Map<?, ?>) Tool.json("info", file).get("state");
    assertThat(state).isNotNull();
    assertThat(Tool.number(Objects.requireNonNull(state), "entries")).isEqualTo(501);
    try (PersistentMap<String, Integer> map = open(file, CloseMode.DISCARD)) {
      map.put("more", 1);
      map.checkpoint();
    }
    assertThat(Tool.run("info", file).out()).contains("not closed", "(in place), checkpoint 4");
  }

  @Test
  void info_damagedSuperblock_code1() throws Exception {
    store(CloseMode.CHECKPOINT);
    overwrite(file, 0, FileLayout.BLOCK_BYTES);
    Tool.Result info = Tool.run("info", file);
    assertThat(info.code()).isEqualTo(ExitCode.DAMAGE);
    assertThat(info.out()).contains("PROBLEM", "REFUSED");
    assertThat(Tool.run("info", file, "--json").json().get("refusal")).isInstanceOf(String.class);
  }

  /** Each byte block of the log that opening reads: no damage is told as a store that opens. */
  @Test
  void info_damagedLog_refusedWhereOpeningIs() throws Exception {
    store(CloseMode.DISCARD);
    for (String key : List.of("key 0", "key 250", "key 499", "checkpoint")) {
      Path copy = dir.resolve("damaged " + key);
      Files.copy(file, copy);
      damageRecord(copy, key);
      Tool.Result info = Tool.run("info", copy);
      assertThat(info.code()).as("%s", info).isEqualTo(ExitCode.DAMAGE);
      assertThat(info.out()).contains("opening is refused", "REFUSED").doesNotContain("now  opens");
      Map<?, ?> json = Tool.run("info", copy, "--json").json();
      assertThat(json.get("refusal")).asString().contains("crc32c expected");
      assertThat(json.get("state")).isNull();
    }
  }

  @Test
  void info_otherFiles_listed() throws Exception {
    store(CloseMode.CHECKPOINT);
    Files.write(dir.resolve("x.map.reserve"), new byte[4096]);
    Files.writeString(dir.resolve("x.map.holder"), "process 1");
    Tool.Result info = Tool.run("info", file);
    assertThat(info.code()).isZero();
    assertThat(info.out()).contains("x.map.reserve  4.0 KiB", "x.map.holder  9 B");
    assertThat(Tool.json("info", file).get("others")).asString().contains("full disk");
  }

  @Test
  void verify_wholeDamagedAndSnapshotAlone() throws Exception {
    store(CloseMode.CHECKPOINT);
    assertThat(Tool.run("verify", file).out()).contains("501 entries", ": OK");
    Map<?, ?> json = Tool.json("verify", file);
    assertThat(json.get("refusal")).isNull();
    Path snapshot = dir.resolve("y.even");
    Files.copy(file, snapshot);
    assertThat(Tool.run("verify", snapshot).code()).isZero();
    damageRecord(snapshot, "key 7");
    Tool.Result damaged = Tool.run("verify", snapshot);
    assertThat(damaged.code()).isEqualTo(ExitCode.DAMAGE);
    assertThat(damaged.out()).contains("DAMAGED", "crc32c expected");
    assertThat(Tool.run("verify", snapshot, "--json").json().get("files"))
        .asString()
        .contains("crc32c expected");
    assertThat(dir.resolve("y.even.lock")).doesNotExist();
  }

  @Test
  void failures_withJson_validJsonAndTheSameCode() throws Exception {
    Path none = dir.resolve("none");
    List<List<Object>> all =
        List.of(
            List.of("info", none),
            List.of("verify", none),
            List.of("restore", file, "even"),
            List.of("salvage", none, file),
            List.of("export", none, dir.resolve("lines")),
            List.of("export", none),
            List.of("import", none, file),
            List.of("compact", none),
            List.of("backup", none, file),
            List.of("info", noise(), "--what"),
            List.of("info", noise()),
            List.of("verify", noise()),
            List.of("salvage", noise(), none),
            List.of("import", noise(), none));
    for (List<Object> arguments : all) {
      Tool.Result plain = Tool.run(arguments.toArray());
      List<Object> more = new ArrayList<>(arguments);
      more.add("--json");
      Tool.Result result = Tool.run(more.toArray());
      assertThat(result.code()).as("%s", result).isNotZero();
      Map<?, ?> json = result.json();
      if (json.containsKey("error")) {
        assertThat(Tool.number(json, "exitStatus")).isEqualTo(result.code());
        assertThat(result.err()).contains(String.valueOf(json.get("error")));
      }
      boolean toStdout = arguments.get(0).equals("export") && arguments.size() == 2;
      assertThat(result.code()).isEqualTo(toStdout ? ExitCode.USAGE : plain.code());
    }
  }

  // ---- latest ----------------------------------------------------------------------------------

  private Path snapshot(String name, long checkpoint, long beside) throws IOException {
    UUID store = new UUID(1, 2);
    Superblock older = Superblock.create(store, 6, checkpoint - 1, 3, 4, Log.START);
    Superblock newer =
        older.successor(true, 5, Log.START, 0, Log.START, Superblock.NO_IMAGE, 0, beside, 1);
    return Files.write(dir.resolve(name), concat(older.encode(), newer.encode()));
  }

  @Test
  void latest_eachStatus_codeAndReason() throws Exception {
    Path even = snapshot("even", 4, 3);
    Path odd = snapshot("odd", 3, 2);
    assertThat(Tool.run("latest", even, odd).out()).startsWith("OK  " + even);
    assertThat(Tool.json("latest", even, odd).get("status")).isEqualTo("OK");
    Path same = Files.copy(even, dir.resolve("same"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(Tool.run("latest", even, same).out()).startsWith("SAME");
    assertThat(Tool.run("latest", even, same).code()).isZero();
    Path old = snapshot("old", 1, 0);
    assertThat(Tool.run("latest", even, old).code()).isEqualTo(ExitCode.DAMAGE);
    assertThat(Tool.run("latest", even, old).out()).startsWith("SUSPICIOUS  " + even);
    overwrite(even, 0, 512);
    overwrite(even, 2048, 512);
    assertThat(Tool.run("latest", even, odd).out()).startsWith("SUSPICIOUS  " + odd);
    Tool.Result bad = Tool.run("latest", even, dir.resolve("none"));
    assertThat(bad.out()).startsWith("BAD");
    assertThat(bad.code()).isEqualTo(ExitCode.DAMAGE);
    Tool.Result err = Tool.run("latest", dir.resolve("none"), dir.resolve("nothing"));
    assertThat(err.out()).startsWith("ERR");
    assertThat(err.code()).isEqualTo(ExitCode.ACCESS);
  }

  // ---- restore, compact ------------------------------------------------------------------------

  @Test
  void restore_numberAndFile_onlyWithConsent() throws Exception {
    store(CloseMode.DISCARD);
    byte[] before = Files.readAllBytes(file);
    assertThat(Tool.refused(ExitCode.USAGE, "restore", file, 2))
        .contains("would get checkpoint 2", "nothing was changed", "--write");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    Path backup = dir.resolve("backup.map");
    assertThat(Tool.run("backup", file, backup).code()).isZero();
    Map<?, ?> restored = Tool.json("restore", file, 2, "--write");
    assertThat(Tool.number(restored, "checkpoint")).isEqualTo(2);
    assertThat(restored.get("kept")).asString().contains("x.map.before-2");
    assertThat(read(file)).containsEntry("checkpoint", 2).hasSize(ENTRIES + 1);
    assertThat(Tool.refused(ExitCode.ACCESS, "restore", file, 77, "--write"))
        .contains("no file of the store has checkpoint 77; there are [2");
    assertThat(Tool.refused(ExitCode.ACCESS, "restore", file, "odd", "--write"))
        .contains("x.map.odd: does not exist");
    assertThat(Tool.run("restore", file, backup, "--write").out()).contains("checkpoint 3");
    assertThat(read(file)).containsEntry("checkpoint", 3);
    damageRecord(backup, "key 9");
    assertThat(Tool.refused(ExitCode.DAMAGE, "restore", file, backup, "--write"))
        .contains("can't be read completely; nothing was changed");
    assertThat(read(file)).containsEntry("checkpoint", 3);
  }

  @Test
  void compact_onlyWithConsent_sameEntries() throws Exception {
    store(CloseMode.CHECKPOINT);
    Map<String, Integer> entries = read(file);
    byte[] before = Files.readAllBytes(file);
    assertThat(Tool.refused(ExitCode.USAGE, "compact", file)).contains("--write");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    Map<?, ?> compacted = Tool.json("compact", file, "--write");
    assertThat(Tool.number(compacted, "entries")).isEqualTo(entries.size());
    assertThat(read(file)).isEqualTo(entries);
    assertThat(Tool.run("verify", file).code()).isZero();
    damageRecord(file, "key 3");
    assertThat(Tool.refused(ExitCode.DAMAGE, "compact", file, "--write")).contains("crc32c");
  }

  // ---- salvage, backup, export -----------------------------------------------------------------

  @Test
  void salvage_wholeAndDamaged_listAndCode() throws Exception {
    store(CloseMode.CHECKPOINT);
    Path saved = dir.resolve("saved.map");
    overwrite(file, 0, 2 * FileLayout.BLOCK_BYTES);
    Map<?, ?> all = Tool.json("salvage", file, saved);
    assertThat(Tool.number(all, "saved")).isEqualTo(ENTRIES + 1);
    assertThat(read(saved)).hasSize(ENTRIES + 1).containsEntry("checkpoint", 3);
    assertThat(Tool.refused(ExitCode.ACCESS, "salvage", file, saved)).contains("exists already");
    damageRecord(file, "key 499");
    Files.delete(saved);
    Tool.Result most = Tool.run("salvage", file, saved);
    assertThat(most.code()).isEqualTo(ExitCode.DAMAGE);
    assertThat(most.out()).contains("LOST  " + file, "saved 500 entries of the 501");
    assertThat(read(saved)).hasSize(ENTRIES).doesNotContainKey("key 499");
  }

  @Test
  void backup_targetExists_refused() throws Exception {
    store(CloseMode.CHECKPOINT);
    Path backup = dir.resolve("backup.map");
    assertThat(Tool.run("backup", file, backup, "--no-share").out())
        .contains("checkpoint 3", "501 entries");
    assertThat(read(backup)).isEqualTo(read(file));
    assertThat(Tool.refused(ExitCode.ACCESS, "backup", file, backup)).contains("exists already");
  }

  @Test
  void export_targetExistsOrDamaged_refusedAndNothingLeft() throws Exception {
    store(CloseMode.CHECKPOINT);
    Path lines = Files.createFile(dir.resolve("lines"));
    assertThat(Tool.refused(ExitCode.ACCESS, "export", file, lines)).contains("exists already");
    Files.delete(lines);
    damageRecord(file, "key 3");
    assertThat(Tool.refused(ExitCode.DAMAGE, "export", file, lines)).contains("crc32c");
    assertThat(lines).doesNotExist();
    assertThat(dir.resolve("lines.tmp")).doesNotExist();
  }

  /** As a person runs it: nothing but lines on stdout, and nothing on stderr. */
  @Test
  void export_toStdoutOfAProcess_linesOnly() throws Exception {
    store(CloseMode.CHECKPOINT);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "export",
                file.toString())
            .redirectError(dir.resolve("err").toFile())
            .redirectOutput(dir.resolve("out").toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(dir.resolve("err"))).isEmpty();
    List<String> lines = Files.readAllLines(dir.resolve("out"));
    assertThat(lines).hasSize(2 + ENTRIES + 1 + 1);
    assertThat(lines.get(0)).startsWith("{\"persistentmap\":\"export\"");
    assertThat(lines.get(2)).startsWith("{\"key\":\"key 0\",\"value\":0");
    assertThat(lines.get(lines.size() - 1)).isEqualTo("{\"end\":501}");
  }
}
