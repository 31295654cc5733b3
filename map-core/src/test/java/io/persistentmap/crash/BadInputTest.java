package io.persistentmap.crash;

import static io.persistentmap.testing.FileSystemKind.DEFAULT;
import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FileAccessException;
import io.persistentmap.FileLockedException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.PersistentMapException;
import io.persistentmap.Recovery;
import io.persistentmap.RecoveryRefusedException;
import io.persistentmap.UnsupportedFormatException;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;

/** Guards that what is no store of ours, or is in use, is refused, and left as it is. */
final class BadInputTest {
  private static final int BLOCK_BYTES = 4096;
  private static final int COPY_BYTES = 512;
  private static final int SECOND_COPY = 2048;
  private static final int VERSION_OFFSET = 8;
  private static final int CRC_OFFSET = 12;
  private static final int LENGTHS = 40;

  @FileSystemTest({DEFAULT, XFS})
  void open_noHashFile_refusedAndUntouched(Path directory) throws Exception {
    byte[] noise = new byte[20_000];
    new Random(TestSeeds.next("BadInputTest.noise")).nextBytes(noise);
    for (byte[] bytes : List.of(noise, new byte[20_000])) {
      Path file = Files.write(directory.resolve("store"), bytes);
      refuse(directory, file, NotAHashFileException.class);
    }
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_noHashFileAndShort_refusedAndUntouched(Path directory) throws Exception {
    for (int length : new int[] {1, 511, 8191}) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) 'x');
      Path file = Files.write(directory.resolve("store"), bytes);
      refuse(directory, file, NotAHashFileException.class);
    }
  }

  /** {@code Files.createTempFile} is how many a test begins. */
  @FileSystemTest({DEFAULT, XFS})
  void open_emptyFile_newStore(Path directory) throws Exception {
    Path file = Files.createTempFile(directory, "store", ".map");
    assertThatThrownBy(() -> builder().readOnly(true).open(file))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("is empty");
    try (PersistentMap<String, String> map = builder().open(file)) {
      assertThat(map.recovery().source()).isEqualTo(Recovery.Source.CREATED);
      assertThat(map.recovery().remarks()).singleElement().asString().contains("was empty");
      map.put("key", "value");
    }
    try (PersistentMap<String, String> map = builder().open(file)) {
      assertThat(map).isEqualTo(Map.of("key", "value"));
    }
  }

  /** Beside snapshots, an empty file is damage, and they are what counts. */
  @FileSystemTest(XFS)
  void open_emptyFileBesideSnapshots_recovered(Path directory) throws Exception {
    Path file = directory.resolve("store");
    try (PersistentMap<String, String> map = builder().closeMode(CloseMode.DISCARD).open(file)) {
      map.put("key", "value");
      map.checkpoint();
    }
    Files.write(file, new byte[0]);
    try (PersistentMap<String, String> map = builder().open(file)) {
      assertThat(map).isEqualTo(Map.of("key", "value"));
    }
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_newerFormatVersion_refusedAndUntouched(Path directory) throws Exception {
    Path file = closedStore(directory, "store");
    byte[] bytes = Files.readAllBytes(file);
    for (int copy : new int[] {0, SECOND_COPY, BLOCK_BYTES, BLOCK_BYTES + SECOND_COPY}) {
      setVersion(bytes, copy, 2);
    }
    Files.write(file, bytes);
    refuse(directory, file, UnsupportedFormatException.class);
  }

  private static void setVersion(byte[] bytes, int from, int version) {
    ByteBuffer copy = ByteBuffer.wrap(bytes, from, COPY_BYTES).slice();
    copy.order(ByteOrder.LITTLE_ENDIAN);
    copy.putInt(VERSION_OFFSET, version).putInt(CRC_OFFSET, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, COPY_BYTES);
    copy.putInt(CRC_OFFSET, (int) crc.getValue());
  }

  /** Guards that a file cut short is refused, or lacks nothing. */
  @FileSystemTest(DEFAULT)
  void open_cutShort_rightOrRefused(Path directory) throws Exception {
    Path file = closedStore(directory, "store");
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(TestSeeds.next("BadInputTest.cutShort"));
    List<Integer> lengths = new ArrayList<>(List.of(1, 4096, 8191, 8192, 8193, 8256));
    while (lengths.size() < LENGTHS) {
      lengths.add(1 + random.nextInt(bytes.length - 1));
    }
    List<String> wrong = new ArrayList<>();
    int refused = 0;
    for (int length : lengths) {
      Files.write(file, Arrays.copyOf(bytes, length));
      Map<String, String> before = StoreDirectory.fingerprint(directory);
      try (PersistentMap<String, String> map = builder().closeMode(CloseMode.DISCARD).open(file)) {
        if (!Map.copyOf(map).equals(Map.of("key", "value"))) {
          wrong.add("cut to " + length + ": " + map);
        }
      } catch (PersistentMapException e) {
        refused++;
        if (!StoreDirectory.fingerprint(directory).equals(before)) {
          wrong.add("cut to " + length + ": changed, though refused: " + e);
        }
      }
    }
    assertThat(wrong).as("of %s bytes", bytes.length).isEmpty();
    assertThat(refused).isPositive();
  }

  @FileSystemTest(DEFAULT)
  void open_directoryOrMissingParent_refused(Path directory) throws Exception {
    Path place = Files.createDirectory(directory.resolve("place"));
    refuse(directory, place, FileAccessException.class);
    refuse(directory, directory.resolve("none").resolve("store"), FileAccessException.class);
    assertThat(directory.resolve("none")).doesNotExist();
    Path text = Files.writeString(directory.resolve("text"), "no directory");
    refuse(directory, text.resolve("store"), FileAccessException.class);
    refuse(directory, text.resolve("none").resolve("store"), FileAccessException.class);
  }

  /** Guards that files of different stores are never mixed, whatever the caller accepts. */
  @FileSystemTest(XFS)
  void open_snapshotOfAnotherStore_alwaysRefused(Path directory) throws Exception {
    Path file = crashedStore(directory, "store");
    Path other = crashedStore(Files.createDirectory(directory.resolve("other")), "store");
    for (String snapshot : List.of("store.even", "store.odd")) {
      Path copy = Files.createDirectory(directory.resolve("with" + snapshot));
      for (Path each : List.of(file, Path.of(file + ".even"), Path.of(file + ".odd"))) {
        Files.copy(each, copy.resolve(String.valueOf(each.getFileName())));
      }
      Files.delete(copy.resolve(snapshot));
      Files.copy(other.resolveSibling(snapshot), copy.resolve(snapshot));
      refuse(copy, copy.resolve("store"), RecoveryRefusedException.class);
      Map<String, String> before = StoreDirectory.fingerprint(copy);
      assertThatThrownBy(() -> builder().acceptOlderCheckpoint(true).open(copy.resolve("store")))
          .isInstanceOf(RecoveryRefusedException.class);
      assertThat(StoreDirectory.fingerprint(copy)).isEqualTo(before);
    }
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_twice_secondRefusedAndFirstWorksOn(Path directory) throws Exception {
    Path file = closedStore(directory, "store");
    try (PersistentMap<String, String> map = builder().open(file)) {
      Map<String, String> before = StoreDirectory.fingerprint(directory);
      assertThatThrownBy(() -> builder().open(file))
          .isInstanceOf(FileLockedException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      assertThatThrownBy(() -> builder().readOnly(true).open(file))
          .isInstanceOf(FileLockedException.class);
      assertThat(StoreDirectory.fingerprint(directory)).isEqualTo(before);
      map.put("key", "second");
      map.checkpoint();
    }
    requireValue(file, "second");
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_inAnotherProcessToo_refused(Path directory) throws Exception {
    Path file = closedStore(directory, "store");
    try (ChildJvm child = ChildJvm.start(OpeningChild.class, file.toString())) {
      child.await("open");
      assertThatThrownBy(() -> builder().open(file)).isInstanceOf(FileLockedException.class);
      child.kill();
    }
    requireValue(file, "value");
  }

  @FileSystemTest({DEFAULT, XFS})
  void open_inAnotherClassLoaderToo_refused(Path directory) throws Exception {
    Path file = closedStore(directory, "store");
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
            new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        PersistentMap<String, String> map = builder().open(file)) {
      Class<?> other = loader.loadClass(PersistentMap.class.getName());
      assertThat(other).isNotSameAs(PersistentMap.class);
      Method open = other.getMethod("open", Path.class, Class.class, Class.class);
      assertThatThrownBy(() -> open.invoke(null, file, String.class, String.class))
          .isInstanceOf(InvocationTargetException.class)
          .satisfies(
              e ->
                  assertThat(String.valueOf(e.getCause()))
                      .contains(FileLockedException.class.getSimpleName()));
      map.put("key", "second");
    }
    requireValue(file, "second");
  }

  /** Holds a store open until it is killed. */
  static final class OpeningChild {
    private OpeningChild() {}

    public static void main(String[] arguments) throws Exception {
      ChildJvm.endWithParent();
      PersistentMap<String, String> map = builder().open(Path.of(arguments[0]));
      System.out.println("open " + map.size());
      Thread.sleep(Long.MAX_VALUE);
      map.close();
    }
  }

  private static void requireValue(Path file, String value) {
    try (PersistentMap<String, String> map = builder().open(file)) {
      assertThat(Map.copyOf(map)).isEqualTo(Map.of("key", value));
    }
  }

  private static void refuse(
      Path directory, Path file, Class<? extends PersistentMapException> expected)
      throws Exception {
    Map<String, String> before = StoreDirectory.fingerprint(directory);
    assertThatThrownBy(() -> builder().open(file)).isInstanceOf(expected).hasMessageContaining(";");
    assertThatThrownBy(() -> builder().readOnly(true).open(file)).isInstanceOf(expected);
    assertThat(StoreDirectory.fingerprint(directory)).isEqualTo(before);
  }

  private static Path closedStore(Path directory, String name) {
    Path file = directory.resolve(name);
    try (PersistentMap<String, String> map = builder().open(file)) {
      map.put("key", "value");
    }
    return file;
  }

  private static Path crashedStore(Path directory, String name) {
    Path file = directory.resolve(name);
    try (PersistentMap<String, String> map = builder().closeMode(CloseMode.DISCARD).open(file)) {
      map.put("key", "value");
      map.checkpoint();
      map.put("key", "second");
      map.checkpoint();
    }
    return file;
  }

  private static PersistentMapBuilder<String, String> builder() {
    return PersistentMap.builder(String.class, String.class);
  }
}
