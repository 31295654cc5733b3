package io.persistentmap.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.FileAccessException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.SnapshotMode;
import io.persistentmap.StorageFailureException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.SegmentHeader;
import io.persistentmap.format.SegmentLink;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that salvage gives all that can be read of a broken file, as it was at the last
 * checkpoint; that it says so when something is missing or may be older; and that nothing removed
 * comes back unsaid.
 */
final class SalvageTest {
  private static final int BLOCK = FileLayout.BLOCK_BYTES;
  private static final int SEGMENT = FileLayout.SEGMENT_BYTES;

  @TempDir Path dir;
  private final FileSystem files = FileSystem.ofPlatform();
  private final SplittableRandom random = new SplittableRandom(TestSeeds.next("salvage"));
  private final StoreWorkload workload = new StoreWorkload(random, 12_000);
  private Path origin = Path.of("");
  private Path broken = Path.of("");
  private Path target = Path.of("");
  private Map<Object, String> expected = Map.of();

  @BeforeEach
  void nameFiles() {
    origin = dir.resolve("origin.map");
    broken = dir.resolve("broken.map");
    target = dir.resolve("saved.map");
  }

  // ---- stores ----------------------------------------------------------------------------------

  /** One that has been cleaned, has an image, and was closed. */
  private void closedStore() throws InterruptedException {
    try (PersistentMap<Object, String> map = open(origin, CloseMode.CHECKPOINT)) {
      workload.age(map);
      workload.changeRarely(map);
      workload.change(map, 20_000);
    }
    expected = workload.state();
  }

  /** One whose process crashed twice, far behind its last checkpoint. */
  private void crashedStore() throws Exception {
    try (PersistentMap<Object, String> map = open(origin, CloseMode.DISCARD)) {
      workload.age(map);
      expected = workload.state();
      workload.change(map, 60_000);
      Thread.sleep(100); // what is full gets to the file
    }
    workload.model().clear();
    workload.model().putAll(expected);
    try (PersistentMap<Object, String> map = open(origin, CloseMode.DISCARD)) {
      workload.change(map, 30_000);
      map.checkpoint();
      expected = workload.state();
      workload.change(map, 60_000);
      Thread.sleep(100);
    }
  }

  /** One that fits a segment. */
  private void smallStore() {
    try (PersistentMap<Object, String> map = open(origin, CloseMode.CHECKPOINT)) {
      workload.change(map, 3_000);
      map.checkpoint();
      workload.change(map, 3_000);
    }
    expected = workload.state();
  }

  private static PersistentMap<Object, String> open(Path file, CloseMode closing) {
    return StoreWorkload.open(file, SnapshotMode.IN_PLACE, closing);
  }

  // ---- nothing but superblocks, image and headers damaged: all is saved ------------------------

  @Test
  void closed_untouched_allSaved() throws Exception {
    closedStore();
    requireAll(damage -> {});
  }

  @Test
  void crashed_untouched_lastCheckpointSaved() throws Exception {
    crashedStore();
    requireAll(damage -> {});
  }

  @Test
  void closed_superblocksGone_allSaved() throws Exception {
    closedStore();
    requireAll(damage -> damage.zero(0, 2L * BLOCK));
  }

  @Test
  void small_superblocksGone_allSaved() throws Exception {
    smallStore();
    requireAll(damage -> damage.zero(0, 2L * BLOCK));
  }

  @Test
  void crashed_superblocksGone_lastCheckpointSaved() throws Exception {
    crashedStore();
    requireAllDoubtful(damage -> damage.zero(0, 2L * BLOCK));
  }

  @Test
  void crashed_newestSuperblockDamaged_lastCheckpointSaved() throws Exception {
    crashedStore();
    long newest = StoreFile.read(files, origin).superblock().fileOffset();
    requireAllDoubtful(damage -> damage.zero(newest, BLOCK));
  }

  @Test
  void closed_imageGone_allSaved() throws Exception {
    closedStore();
    Superblock superblock = StoreFile.read(files, origin).superblock();
    assertThat(superblock.imageSegment()).isNotEqualTo(Superblock.NO_IMAGE);
    long image = FileLayout.fileOffset(superblock.imageSegment());
    requireAll(damage -> damage.zero(image, SEGMENT));
    requireAll(damage -> damage.flip(image + SegmentHeader.END + 5));
    requireAll(
        damage -> {
          damage.zero(image, SEGMENT);
          damage.zero(0, 2L * BLOCK);
        });
  }

  @Test
  void closed_anyHeaderGone_allSaved() throws Exception {
    closedStore();
    for (LogSegment segment : usedSegments()) {
      long start = SegmentHeader.fileOffset(segment.number());
      requireAll(damage -> damage.zero(start, SegmentHeader.BYTES));
      requireAll(
          damage -> {
            damage.zero(start, SegmentHeader.BYTES);
            damage.zero(0, 2L * BLOCK);
          });
    }
  }

  @Test
  void closed_anyHeaderAndLinkGone_allSavedButNobodyCanBeSure() throws Exception {
    closedStore();
    for (LogSegment segment : usedSegments()) {
      long header = SegmentHeader.fileOffset(segment.number());
      long end = FileLayout.fileOffset(segment.number()) + segment.bytes();
      Salvaged salvaged =
          salvage(
              damage -> {
                damage.zero(header, SegmentHeader.BYTES);
                damage.zero(end - SegmentLink.BYTES, SegmentLink.BYTES);
              });
      assertThat(salvaged.saved()).as("%s", salvaged).isEqualTo(expected.size());
      assertThat(read()).isEqualTo(expected);
    }
  }

  @Test
  void small_superblocksAndHeaderGone_allSaved() throws Exception {
    smallStore();
    requireAll(damage -> damage.zero(0, 2L * BLOCK + SegmentHeader.BYTES));
  }

  /** Guards that the records are still believed where no header or superblock names the store. */
  @Test
  void closed_superblocksAndAllHeadersGone_allSaved() throws Exception {
    closedStore();
    int image = StoreFile.read(files, origin).superblock().imageSegment();
    List<LogSegment> segments = usedSegments();
    requireAll(
        damage -> {
          damage.zero(0, 2L * BLOCK);
          damage.zero(SegmentHeader.fileOffset(image), SegmentHeader.BYTES);
          for (LogSegment segment : segments) {
            damage.zero(SegmentHeader.fileOffset(segment.number()), SegmentHeader.BYTES);
          }
        });
  }

  /**
   * Guards that bytes of a value are not taken for links, even if they are the same at the end of
   * each segment of its run.
   */
  @Test
  void large_superblocksAndAllHeadersGone_allSaved() throws Exception {
    StringBuilder periodic = new StringBuilder();
    for (int i = 0; i < 1 << 16; i++) {
      periodic.append((char) (i & 63));
    }
    String large = periodic.toString().repeat(640); // ten segments
    try (PersistentMap<Object, String> map = open(origin, CloseMode.CHECKPOINT)) {
      workload.change(map, 3_000);
      map.put("large", large);
      workload.change(map, 3_000);
    }
    expected = workload.state();
    expected.put("large", large);
    List<LogSegment> segments = usedSegments();
    assertThat(segments).anyMatch(segment -> segment.run() > 9);
    requireAll(
        damage -> {
          damage.zero(0, 2L * BLOCK);
          for (LogSegment segment : segments) {
            damage.zero(SegmentHeader.fileOffset(segment.number()), SegmentHeader.BYTES);
          }
        });
  }

  /** Guards that a segment without anything that names its sequence is not taken for too old. */
  @Test
  void reopened_allButTheTailsRecordsGone_savedAsOfTheLastCheckpoint() throws Exception {
    Superblock superblock;
    long tail;
    int opened = 0;
    do {
      try (PersistentMap<Object, String> map = open(origin, CloseMode.CHECKPOINT)) {
        expected = overwriteAFew(map);
      }
      superblock = StoreFile.read(files, origin).superblock();
      tail = superblock.tail().segment();
    } while ((superblock.oldestSequence() == 1 || tail != (Files.size(origin) - 1) / SEGMENT)
        && ++opened < 200);
    assertThat(superblock.oldestSequence()).isGreaterThan(1);
    assertThat(tail).isEqualTo((Files.size(origin) - 1) / SEGMENT);
    long records = tail * SEGMENT + SegmentHeader.END;
    Salvaged salvaged = salvage(damage -> damage.zero(0, records));
    assertThat(salvaged.saved()).as("%s", salvaged).isPositive();
    read().forEach((key, value) -> assertThat(value).isEqualTo(expected.get(key)));
  }

  /** Ages a map whose entries are all in its last segments. */
  private Map<Object, String> overwriteAFew(PersistentMap<Object, String> map)
      throws InterruptedException {
    for (int i = 0; i < 2_200; i++) {
      map.put("key " + (i < 2_000 ? random.nextInt(200) : i % 200), "x".repeat(1_000));
    }
    map.checkpoint();
    FaultInjection.awaitMaintenance(map);
    map.checkpoint();
    return new HashMap<>(map);
  }

  // ---- records damaged -------------------------------------------------------------------------

  @Test
  void small_startZeroed_restSaved() throws Exception {
    smallStore();
    Salvaged salvaged = salvage(damage -> damage.zero(0, 64 << 10));
    assertThat(salvaged.damageCount()).isPositive();
    assertThat(salvaged.saved()).isGreaterThan(expected.size() / 3);
  }

  @Test
  void closed_bytesFlipped_restSavedAndTold() throws Exception {
    closedStore();
    long size = Files.size(origin);
    for (int round = 0; round < 12; round++) {
      int flips = 1 << random.nextInt(8);
      boolean noSuperblock = round % 3 == 2;
      Salvaged unused =
          salvage(
              damage -> {
                for (int i = 0; i < flips; i++) {
                  damage.flip(random.nextLong(FileLayout.SUPERBLOCKS_BYTES, size));
                }
                if (noSuperblock) {
                  damage.zero(0, 2L * BLOCK);
                }
              });
    }
  }

  /** Guards that an older checkpoint is not taken for the last where the last one's is damaged. */
  @Test
  void closed_superblocksAndLastCheckpointDamaged_allDoubtful() throws Exception {
    smallStore();
    long end = StoreFile.read(files, origin).superblock().tail().offset();
    long record = end - 100; // it is padded to the end of its block
    Salvaged salvaged =
        salvage(
            damage -> {
              damage.zero(0, 2L * BLOCK);
              damage.flip(record);
            });
    assertThat(salvaged.checkpoint()).isEqualTo(1);
    assertThat(salvaged.doubtful()).isEqualTo(salvaged.saved()).isPositive();
    assertThat(salvaged.isComplete()).isFalse();
    assertThat(salvaged.remarks())
        .anyMatch(remark -> remark.contains("went on after checkpoint 1"));
  }

  @Test
  void crashed_rangesZeroed_restSavedAndTold() throws Exception {
    crashedStore();
    long size = Files.size(origin);
    for (int round = 0; round < 12; round++) {
      long from = random.nextLong(FileLayout.SUPERBLOCKS_BYTES, size);
      long length = 1L << random.nextInt(3, 24);
      Salvaged unused = salvage(damage -> damage.zero(from, length));
    }
  }

  @Test
  void closed_cutShort_restSavedAndTold() throws Exception {
    closedStore();
    long size = Files.size(origin);
    for (int round = 0; round < 12; round++) {
      long length = random.nextLong(FileLayout.SUPERBLOCKS_BYTES + BLOCK, size);
      Salvaged unused = salvage(damage -> damage.cut(length));
    }
  }

  /** A damaged value whose key has an older value in the file. */
  @Test
  void newestValueDamaged_olderOneDoubtful() throws Exception {
    try (PersistentMap<Object, String> map = open(origin, CloseMode.CHECKPOINT)) {
      map.put("a", "first of a");
      map.put("b", "of b");
      map.checkpoint();
      map.put("a", "second of a");
      map.checkpoint();
      map.put("c", "of c");
    }
    expected = Map.of("a", "second of a", "b", "of b", "c", "of c");
    byte[] bytes = Files.readAllBytes(origin);
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    Salvaged salvaged = salvage(damage -> damage.flip(text.indexOf("second of a")));
    assertThat(read()).containsEntry("a", "first of a").containsEntry("c", "of c");
    assertThat(salvaged.doubtful()).isEqualTo(2); // of a and of b: what was damaged is younger
    assertThat(salvaged.damageCount()).isEqualTo(1);
    assertThat(salvaged.isComplete()).isFalse();
  }

  /** Sectors that the device can't read. */
  @Test
  void closed_unreadableSectors_restSavedAndTold() throws Exception {
    closedStore();
    LogSegment segment = usedSegments().get(0);
    long from = FileLayout.fileOffset(segment.number()) + 3L * BLOCK;
    FileSystem failing = unreadable(from, from + 2L * BLOCK);
    assertThat(Verifier.checkFile(failing, origin, Progress.NONE).damage())
        .anyMatch(damage -> damage.what().contains("EIO"));
    Salvaged salvaged = Salvage.run(failing, origin, target, origin, Progress.NONE);
    assertThat(salvaged.damageCount()).isPositive();
    assertThat(salvaged.saved()).isBetween((long) expected.size() * 9 / 10, expected.size() + 0L);
    requirePlausible(salvaged);
  }

  /** Reads of that range fail, and nothing else does. */
  private FileSystem unreadable(long from, long to) {
    return (FileSystem)
        Proxy.newProxyInstance(
            FileSystem.class.getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) ->
                method.getName().equals("openForRead")
                    ? failing(files.openForRead((Path) arguments[0]), from, to)
                    : method.invoke(files, arguments));
  }

  private DataFile failing(DataFile file, long from, long to) {
    return file.path().equals(origin)
        ? (DataFile)
            Proxy.newProxyInstance(
                DataFile.class.getClassLoader(),
                new Class<?>[] {DataFile.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("read")) {
                    long position = (Long) arguments[0];
                    long length = ((Number) arguments[3]).longValue();
                    if (position < to && position + length > from) {
                      throw new StorageFailureException(file.path() + ": can't read (EIO)");
                    }
                  }
                  return method.invoke(file, arguments);
                })
        : file;
  }

  // ---- refusals --------------------------------------------------------------------------------

  @Test
  void nothingOfAStore_refused() throws Exception {
    Files.writeString(broken, "no hash file. ".repeat(10_000));
    assertThatThrownBy(() -> Salvage.run(files, broken, target, null, Progress.NONE))
        .isInstanceOf(NotAHashFileException.class);
    assertThat(target).doesNotExist();
  }

  @Test
  void targetExistsOrSourceDoesNot_refused() throws Exception {
    smallStore();
    Files.createFile(target);
    assertThatThrownBy(() -> Salvage.run(files, origin, target, null, Progress.NONE))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("exists already");
    Files.delete(target);
    assertThatThrownBy(() -> Salvage.run(files, broken, target, null, Progress.NONE))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> Salvage.run(files, origin, target, broken, Progress.NONE))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("does not exist");
    assertThat(target).doesNotExist();
  }

  // ---- what must hold --------------------------------------------------------------------------

  private void requireAll(Damager.Harm harm) throws IOException {
    Salvaged salvaged = salvage(harm);
    assertThat(salvaged.saved()).as("%s", salvaged).isEqualTo(expected.size());
    assertThat(salvaged.doubtful()).as("%s", salvaged).isZero();
    assertThat(salvaged.isComplete()).as("%s", salvaged).isTrue();
  }

  /** The log went on, and nothing tells whether it got to a checkpoint. */
  private void requireAllDoubtful(Damager.Harm harm) throws IOException {
    Salvaged salvaged = salvage(harm);
    assertThat(read()).isEqualTo(expected);
    assertThat(salvaged.doubtful()).as("%s", salvaged).isEqualTo(expected.size());
    assertThat(salvaged.isComplete()).as("%s", salvaged).isFalse();
  }

  /** Salvages a damaged copy; what must hold for any damage is checked. */
  private Salvaged salvage(Damager.Harm harm) throws IOException {
    Files.deleteIfExists(target);
    Damager.copy(origin, broken, harm);
    Salvaged salvaged = Salvage.run(files, broken, target, null, Progress.NONE);
    if (salvaged.unreadable() > 0) {
      assertThat(salvaged.isComplete()).isFalse();
      assertThat(salvaged.remarks()).anyMatch(remark -> remark.contains("descriptions are lost"));
      Files.delete(target);
      salvaged = Salvage.run(files, broken, target, origin, Progress.NONE);
    }
    assertThat(salvaged.unreadable()).isZero();
    requirePlausible(salvaged);
    return salvaged;
  }

  private void requirePlausible(Salvaged salvaged) {
    Map<Object, String> found = read();
    // Less if the removal of one key is damaged, and it was put again in another spelling.
    long least = salvaged.saved() - salvaged.doubtful();
    assertThat((long) found.size()).isBetween(least, salvaged.saved());
    long wrong =
        found.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(expected.get(entry.getKey())))
            .count();
    assertThat(wrong).as("older or removed, %s", salvaged).isLessThanOrEqualTo(salvaged.doubtful());
    boolean missing = !found.keySet().containsAll(expected.keySet());
    if (missing) {
      assertThat(salvaged.damageCount()).as("%s", salvaged).isPositive();
      assertThat(salvaged.isComplete()).as("%s", salvaged).isFalse();
    }
    assertThat(salvaged.damage())
        .allSatisfy(one -> assertThat(one.file()).isEqualTo(salvaged.source()));
  }

  private Map<Object, String> read() {
    // A key whose removal is damaged may be there beside an equal one that was put later.
    try (PersistentMap<Object, String> map =
        StoreWorkload.builder().acceptOlderCheckpoint(true).open(target)) {
      return new HashMap<>(map);
    }
  }

  private List<LogSegment> usedSegments() {
    Superblock superblock = StoreFile.read(files, origin).superblock();
    try (FileBytes file = FileBytes.open(files, origin, damage -> {})) {
      LogSelection selection = new LogSelection(file, superblock, new DamageList());
      selection.select(superblock);
      assertThat(selection.segments()).isNotEmpty();
      assertThat(selection.isExact()).isTrue();
      return List.copyOf(selection.segments());
    }
  }
}
