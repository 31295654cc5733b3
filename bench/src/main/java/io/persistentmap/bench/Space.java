package io.persistentmap.bench;

import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Overwrites all entries of a map again and again, in random order, with a checkpoint each time,
 * and then looks how much space it takes. What it measures, it prints as {@code name=number}.
 */
public final class Space {
  private static final int DISTINCT_USERS = 1 << 12;
  private static final long POLL_MILLIS = 250;
  private static final int UNCHANGED_POLLS = 8;
  private static final int MAX_POLLS = 80;
  private static final int BLOCK_BYTES = 512;

  private Space() {}

  /**
   * Measures.
   *
   * @param args a directory in a file system that nobody else uses; how many entries; how many
   *     rounds
   */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Path file = directory.resolve("users.map");
    int[] order = new int[Integer.parseInt(args[1])];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int rounds = Integer.parseInt(args[2]);
    long usedBefore = usedBytes(directory);
    User[] users = User.random(DISTINCT_USERS, 1);
    SplittableRandom random = new SplittableRandom(3);
    long start = System.nanoTime();
    try (PersistentMap<String, User> map =
        PersistentMap.builder(String.class, User.class).valueMode(ValueMode.COPIED).open(file)) {
      for (int round = 0; round <= rounds; round++) {
        for (int number : order) {
          map.put(Keys.of(number), users[random.nextInt(DISTINCT_USERS)]);
        }
        map.checkpoint();
        shuffle(order, random);
      }
      print("overwrite", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      awaitUnchanged(file);
      print("live", map.stats().liveBytes());
      print("log", map.stats().logBytes());
      print("waiting", map.stats().waitingBytes());
      print("image", map.stats().imageBytes());
      print("free", map.stats().freeBytes());
      print("disk", diskBytes(file));
      print("length", Files.size(file));
      print("used", usedBytes(directory) - usedBefore);
    }
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  /** Waits for the work behind: until the file has been the same for a while. */
  private static void awaitUnchanged(Path file) throws IOException, InterruptedException {
    long before = diskBytes(file);
    int unchanged = 0;
    for (int i = 0; i < MAX_POLLS && unchanged < UNCHANGED_POLLS; i++) {
      Thread.sleep(POLL_MILLIS);
      long now = diskBytes(file);
      unchanged = now == before ? unchanged + 1 : 0;
      before = now;
    }
  }

  /** Returns the bytes of the blocks of a file, those shared with its snapshots included. */
  private static long diskBytes(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return Long.parseLong(blocks.strip()) * BLOCK_BYTES;
  }

  /** Returns the bytes in use on a file system. */
  private static long usedBytes(Path path) throws IOException {
    FileStore store = Files.getFileStore(path);
    return store.getTotalSpace() - store.getUnallocatedSpace();
  }

  private static void print(String name, long number) {
    System.out.println(name + "=" + number);
  }
}
