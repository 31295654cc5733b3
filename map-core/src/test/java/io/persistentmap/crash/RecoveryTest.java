package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.BTRFS;
import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.EXT4;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.CloseMode;
import io.persistentmap.CorruptFileException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.PersistentMapException;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.platform.PatchedBytes;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.Torture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Guards the table of docs/crash-safety.md, "Opening": whatever was damaged, lost, swapped or put
 * back, opening gives the right state, or refuses and changes nothing; and who accepts an older
 * checkpoint gets the newest that can be read, and is told.
 */
final class RecoveryTest {
  private static final int CHECKPOINTS = 6;
  private static final int BLOCK_BYTES = 4096;
  private static final int SECOND_COPY = 2048;

  /** Which byte of a superblock is damaged: one of the store's identity. */
  private static final int FLIPPED = 20;

  private static final int TIME_OFFSET = 56;

  private static final String HASH = "store";
  private static final String EVEN = "store.even";
  private static final String ODD = "store.odd";

  /** What opening must do. */
  private enum Outcome {
    RIGHT,
    RIGHT_WITH_REMARK,
    REFUSED,
    RIGHT_OR_REFUSED
  }

  /** What happens to the files. */
  private interface Damage {
    void damage(Path place) throws IOException;
  }

  /**
   * One row.
   *
   * @param accepted the checkpoints that acceptOlderCheckpoint(true) may open
   */
  private record Row(String name, Outcome outcome, List<Integer> accepted, Damage damage) {}

  private final List<Row> rows = new ArrayList<>();

  private void row(String name, Outcome outcome, int accepted, Damage damage) {
    rows.add(new Row(name, outcome, List.of(accepted), damage));
  }

  @FileSystemTest({XFS, BTRFS})
  void open_crashedWithSnapshots_rightOrRefused(Path directory) throws Exception {
    int newest = CHECKPOINTS;
    int older = CHECKPOINTS - 1;
    Path old = directory.resolve("old");
    crashedStore(old, SnapshotMode.REFLINK, 2);
    Path origin = directory.resolve("origin");
    StoreDirectory.copy(old, origin);
    goOn(origin, SnapshotMode.REFLINK, newest);
    row("untouched", Outcome.RIGHT, newest, place -> {});
    for (String name : List.of(HASH, EVEN, ODD)) {
      row("mode 0640 of " + name, Outcome.RIGHT, newest, place -> mode(place, name, "rw-r-----"));
      row("mode 0600 of " + name, Outcome.RIGHT, newest, place -> mode(place, name, "rw-------"));
      row("clock set back in " + name, Outcome.RIGHT, newest, place -> setBack(place, name));
    }
    row("newest missing", Outcome.REFUSED, older, place -> delete(place, EVEN));
    row("older missing", Outcome.RIGHT_WITH_REMARK, newest, place -> delete(place, ODD));
    row("newest of 0 bytes", Outcome.REFUSED, older, place -> empty(place, EVEN));
    row("older of 0 bytes", Outcome.REFUSED, newest, place -> empty(place, ODD));
    row("swapped", Outcome.RIGHT_OR_REFUSED, newest, RecoveryTest::swap);
    row("old newest put back", Outcome.REFUSED, older, place -> putBack(old, place, EVEN));
    row("old older put back", Outcome.REFUSED, newest, place -> putBack(old, place, ODD));
    row("old hash put back", Outcome.RIGHT, newest, place -> putBack(old, place, HASH));
    row("hash missing", Outcome.RIGHT_WITH_REMARK, newest, place -> delete(place, HASH));
    row("hash of 0 bytes", Outcome.RIGHT_WITH_REMARK, newest, place -> empty(place, HASH));
    row("hash is noise", Outcome.REFUSED, newest, place -> noise(place, HASH));
    row("newest is noise", Outcome.REFUSED, older, place -> noise(place, EVEN));
    row("older is noise", Outcome.REFUSED, newest, place -> noise(place, ODD));
    row(
        "hash and newest missing",
        Outcome.REFUSED,
        older,
        place -> {
          delete(place, HASH);
          delete(place, EVEN);
        });
    row(
        "hash and older missing",
        Outcome.REFUSED,
        newest,
        place -> {
          delete(place, HASH);
          delete(place, ODD);
        });
    row("newest's log damaged", Outcome.REFUSED, older, place -> flipStep(place, EVEN, 6));
    row("older's log damaged", Outcome.RIGHT, newest, place -> flipStep(place, ODD, 5));
    row("hash's log damaged", Outcome.RIGHT, newest, place -> flipStep(place, HASH, 6));
    for (int block = 0; block < 2; block++) {
      int at = block * BLOCK_BYTES;
      String what = "superblock " + block + " of ";
      row(what + "hash", Outcome.RIGHT_WITH_REMARK, newest, place -> flipBoth(place, HASH, at));
      row(what + "newest", Outcome.REFUSED, older, place -> flipBoth(place, EVEN, at));
      row(what + "older", Outcome.REFUSED, newest, place -> flipBoth(place, ODD, at));
      for (String name : List.of(HASH, EVEN, ODD)) {
        row("a copy of " + what + name, Outcome.RIGHT, newest, place -> flip(place, name, at));
        row(
            "other copy of " + what + name,
            Outcome.RIGHT,
            newest,
            place -> flip(place, name, at + SECOND_COPY));
      }
    }
    requireAll(directory, origin, "crashed", SnapshotMode.REFLINK, newest);
  }

  @FileSystemTest({XFS, BTRFS})
  void open_closedWithSnapshots_rightOrRefused(Path directory) throws Exception {
    int newest = CHECKPOINTS;
    Path old = directory.resolve("old");
    closedStore(old, SnapshotMode.REFLINK, 2);
    Path origin = directory.resolve("origin");
    StoreDirectory.copy(old, origin);
    closeAfter(origin, SnapshotMode.REFLINK, newest);
    row("untouched", Outcome.RIGHT, newest, place -> {});
    for (String name : List.of(EVEN, ODD)) {
      row(name + " missing", Outcome.RIGHT, newest, place -> delete(place, name));
      row(name + " of 0 bytes", Outcome.RIGHT_WITH_REMARK, newest, place -> empty(place, name));
      row(name + " is noise", Outcome.RIGHT_WITH_REMARK, newest, place -> noise(place, name));
      row(
          name + " damaged",
          Outcome.RIGHT_WITH_REMARK,
          newest,
          place -> flipBoth(place, name, BLOCK_BYTES));
    }
    row("hash missing", Outcome.RIGHT_OR_REFUSED, newest, place -> delete(place, HASH));
    row("hash of 0 bytes", Outcome.RIGHT_OR_REFUSED, newest, place -> empty(place, HASH));
    row("old hash put back", Outcome.REFUSED, newest, place -> putBack(old, place, HASH));
    row("swapped", Outcome.RIGHT, newest, RecoveryTest::swap);
    for (int block = 0; block < 2; block++) {
      int at = block * BLOCK_BYTES;
      row(
          "superblock " + block,
          Outcome.RIGHT_OR_REFUSED,
          newest,
          place -> flipBoth(place, HASH, at));
      row("a copy of superblock " + block, Outcome.RIGHT, newest, place -> flip(place, HASH, at));
    }
    rows.replaceAll(
        row ->
            // The last checkpoint of a closed store may be in the hash file alone.
            new Row(row.name, row.outcome, List.of(newest, newest - 1, newest - 2), row.damage));
    requireAll(directory, origin, "closed", SnapshotMode.REFLINK, newest);
  }

  @FileSystemTest({DEFAULT, EXT4})
  void open_crashedInPlace_rightOrRefused(Path directory) throws Exception {
    Path origin = directory.resolve("origin");
    crashedStore(origin, SnapshotMode.IN_PLACE, CHECKPOINTS);
    inPlace(directory, origin, "crashed");
  }

  @FileSystemTest({DEFAULT, EXT4})
  void open_closedInPlace_rightOrRefused(Path directory) throws Exception {
    Path origin = directory.resolve("origin");
    closedStore(origin, SnapshotMode.IN_PLACE, CHECKPOINTS);
    inPlace(directory, origin, "closed");
  }

  private void inPlace(Path directory, Path origin, String state) throws IOException {
    int newest = CHECKPOINTS;
    row("untouched", Outcome.RIGHT, newest, place -> {});
    row("mode 0640", Outcome.RIGHT, newest, place -> mode(place, HASH, "rw-r-----"));
    row("clock set back", Outcome.RIGHT, newest, place -> setBack(place, HASH));
    for (int block = 0; block < 2; block++) {
      int at = block * BLOCK_BYTES;
      rows.add(
          new Row(
              "superblock " + block,
              Outcome.REFUSED,
              List.of(newest, newest - 1),
              place -> flipBoth(place, HASH, at)));
      row("a copy of superblock " + block, Outcome.RIGHT, newest, place -> flip(place, HASH, at));
      row(
          "other copy of superblock " + block,
          Outcome.RIGHT,
          newest,
          place -> flip(place, HASH, at + SECOND_COPY));
    }
    requireAll(directory, origin, state, SnapshotMode.IN_PLACE, newest);
  }

  // ---- what must hold --------------------------------------------------------------------------

  private void requireAll(Path directory, Path origin, String state, SnapshotMode mode, int newest)
      throws IOException {
    Torture torture =
        Torture.begin(
            "corruption",
            0,
            1,
            "files of a " + state + " store damaged, lost, swapped, old; modes, clock",
            where(mode, origin));
    List<String> wrong = new ArrayList<>();
    for (Row row : rows) {
      Path place = directory.resolve("place");
      StoreDirectory.copy(origin, place);
      row.damage.damage(place);
      String found = open(row, place, mode, newest);
      if (!found.isEmpty()) {
        wrong.add(row.name + ": " + found);
      }
      StoreDirectory.delete(place);
      torture.count("right or refused");
    }
    wrong.forEach(torture::violation);
    torture.end();
  }

  private static String where(SnapshotMode mode, Path origin) throws IOException {
    String type = Files.getFileStore(origin).type();
    return type + (mode == SnapshotMode.IN_PLACE ? ", in place" : ", snapshots");
  }

  /** Returns what is wrong, or "". */
  private static String open(Row row, Path place, SnapshotMode mode, int newest)
      throws IOException {
    Map<String, String> before = StoreDirectory.fingerprint(place);
    try (PersistentMap<String, String> map =
        builder(mode).readOnly(true).open(place.resolve(HASH))) {
      if (!Map.copyOf(map).equals(state(newest))) {
        return "a reader sees " + map + ", " + map.recovery();
      }
    } catch (RecoveryRefusedException | CorruptFileException | NotAHashFileException e) {
      // The writer must come to the same conclusion.
    }
    if (!StoreDirectory.fingerprint(place).equals(before)) {
      return "a reader changed " + before + " to " + StoreDirectory.fingerprint(place);
    }
    try (PersistentMap<String, String> map = builder(mode).open(place.resolve(HASH))) {
      if (!Map.copyOf(map).equals(state(newest))) {
        return "found " + map + ", " + map.recovery();
      }
      if (row.outcome == Outcome.REFUSED) {
        return "opened, expected a refusal; " + map.recovery();
      }
      if (row.outcome == Outcome.RIGHT_WITH_REMARK && map.recovery().remarks().isEmpty()) {
        return "no remark in " + map.recovery();
      }
      return "";
    } catch (RecoveryRefusedException | CorruptFileException | NotAHashFileException e) {
      if (!StoreDirectory.fingerprint(place).equals(before)) {
        return "refused, but changed " + before + " to " + StoreDirectory.fingerprint(place);
      }
      return row.outcome == Outcome.REFUSED || row.outcome == Outcome.RIGHT_OR_REFUSED
          ? accept(row, place, mode)
          : "refused: " + e;
    } catch (PersistentMapException e) {
      return "not a documented exception: " + e;
    }
  }

  private static String accept(Row row, Path place, SnapshotMode mode) {
    try (PersistentMap<String, String> map =
        builder(mode).acceptOlderCheckpoint(true).open(place.resolve(HASH))) {
      Map<String, String> found = Map.copyOf(map);
      if (row.accepted.stream().noneMatch(number -> found.equals(state(number)))) {
        return "accepted " + found + ", expected " + row.accepted + "; " + map.recovery();
      }
      if (map.recovery().remarks().isEmpty()) {
        return "accepted without a remark: " + map.recovery();
      }
      map.put("after", "recovery");
      map.checkpoint();
    } catch (PersistentMapException e) {
      return "can't be accepted: " + e;
    }
    try (PersistentMap<String, String> map = builder(mode).open(place.resolve(HASH))) {
      return map.containsKey("after") ? "" : "what was put after accepting is gone: " + map;
    } catch (PersistentMapException e) {
      return "can't be opened after it was accepted: " + e;
    }
  }

  // ---- stores ----------------------------------------------------------------------------------

  private static PersistentMapBuilder<String, String> builder(SnapshotMode mode) {
    return PersistentMap.builder(String.class, String.class).snapshotMode(mode);
  }

  private static void crashedStore(Path place, SnapshotMode mode, int last) throws IOException {
    Files.createDirectory(place);
    goOn(place, mode, last);
  }

  private static void closedStore(Path place, SnapshotMode mode, int last) throws IOException {
    Files.createDirectory(place);
    closeAfter(place, mode, last);
  }

  private static void goOn(Path place, SnapshotMode mode, int last) {
    try (PersistentMap<String, String> map =
        builder(mode).closeMode(CloseMode.DISCARD).open(place.resolve(HASH))) {
      for (int number = map.size(); number < last; number++) {
        step(map, number + 1);
        map.checkpoint();
      }
      map.put("lost", "by the crash");
    }
  }

  /** The last state gets its checkpoint by closing. */
  private static void closeAfter(Path place, SnapshotMode mode, int last) {
    try (PersistentMap<String, String> map = builder(mode).open(place.resolve(HASH))) {
      for (int number = map.size(); number < last; number++) {
        step(map, number + 1);
        if (number + 1 < last) {
          map.checkpoint();
        }
      }
    }
  }

  /** After it the map has as many entries as steps. */
  private static void step(Map<String, String> map, int number) {
    map.put("newest", Integer.toString(number));
    if (number > 1) {
      map.put("step " + number, "done");
    }
  }

  private static Map<String, String> state(int last) {
    Map<String, String> state = new HashMap<>();
    for (int number = 1; number <= last; number++) {
      step(state, number);
    }
    return state;
  }

  // ---- damage ----------------------------------------------------------------------------------

  private static void delete(Path place, String name) throws IOException {
    Files.delete(place.resolve(name));
  }

  private static void empty(Path place, String name) throws IOException {
    delete(place, name);
    Files.createFile(place.resolve(name));
  }

  private static void noise(Path place, String name) throws IOException {
    delete(place, name);
    Files.writeString(place.resolve(name), "no hash file. ".repeat(1000));
  }

  /** What a tool for backups, or an administrator, may do. */
  private static void mode(Path place, String name, String mode) throws IOException {
    Files.setPosixFilePermissions(place.resolve(name), PosixFilePermissions.fromString(mode));
  }

  /** As if the clock had gone back before the newest checkpoint, and before it was written. */
  private static void setBack(Path place, String name) throws IOException {
    Path file = place.resolve(name);
    PatchedBytes bytes = new PatchedBytes(Files.readAllBytes(file));
    for (FileParts.Part part : FileParts.of(bytes.read(0, bytes.size()))) {
      if (part.kind() == FileParts.Kind.SUPERBLOCK) {
        bytes.write(part.at() + TIME_OFFSET, new byte[Long.BYTES]);
        FileParts.repair(bytes, part);
      }
    }
    Files.delete(file);
    Files.write(file, bytes.read(0, bytes.size()));
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
  }

  private static void putBack(Path old, Path place, String name) throws IOException {
    Files.copy(old.resolve(name), place.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void swap(Path place) throws IOException {
    Files.move(place.resolve(EVEN), place.resolve("third"));
    Files.move(place.resolve(ODD), place.resolve(EVEN));
    Files.move(place.resolve("third"), place.resolve(ODD));
  }

  private static void flipBoth(Path place, String name, int at) throws IOException {
    flip(place, name, at);
    flip(place, name, at + SECOND_COPY);
  }

  /** In the key of what came in with that step. */
  private static void flipStep(Path place, String name, int step) throws IOException {
    String bytes = Files.readString(place.resolve(name), StandardCharsets.ISO_8859_1);
    int at = bytes.lastIndexOf("step " + step);
    assertThat(at).isPositive();
    flip(place, name, at - FLIPPED);
  }

  private static void flip(Path place, String name, int at) throws IOException {
    Path file = place.resolve(name);
    boolean writable = file.toFile().setWritable(true);
    assertThat(writable).isTrue();
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at + FLIPPED);
      int old = bytes.read();
      bytes.seek(at + FLIPPED);
      bytes.write(old ^ 0x10);
    }
  }
}
