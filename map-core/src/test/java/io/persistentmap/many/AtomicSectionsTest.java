package io.persistentmap.many;

import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.Checkpoint;
import io.persistentmap.CloseMode;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentStore;
import io.persistentmap.SectionHeldException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.TypeRef;
import io.persistentmap.crash.CrashImages;
import io.persistentmap.testing.FileSystemTest;
import io.persistentmap.testing.TestSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guards that no checkpoint falls into an atomic section, and that nobody waits there for ever. */
@Timeout(120)
final class AtomicSectionsTest {
  private static final int ACCOUNTS = 20;
  private static final long TOTAL = 1000L * ACCOUNTS;
  private static final int WRITERS = 3;
  private static final int CHECKPOINTS = 100;
  private static final int MOVES_KEPT = 2000;

  @TempDir Path dir;

  /** Live: changed in place, without a monitor; each account is one thread's at a time. */
  static final class Account {
    long balance;
    long last;

    /** So that reading takes its time, and meets changes. */
    final List<Long> moves = new ArrayList<>();

    void note(long number) {
      last = number;
      moves.add(number);
      if (moves.size() > MOVES_KEPT) {
        moves.clear();
      }
    }
  }

  private PersistentStore open() {
    return PersistentStore.builder()
        .sectionTimeout(Duration.ofSeconds(2))
        .open(dir.resolve("store"));
  }

  /** Accounts that are live, and their sum by thread in copied values: both or neither. */
  private static final class Bank {
    final PersistentStore store;
    final PersistentMap<Integer, Account> accounts;
    final PersistentMap<Integer, Long> copies;
    final PersistentMap<Integer, Long> lasts;

    Bank(PersistentStore store) {
      this.store = store;
      this.accounts = store.map("accounts", Integer.class, Account.class);
      this.copies = store.map("copies", Integer.class, Long.class);
      this.lasts = store.map("lasts", Integer.class, Long.class);
    }

    void fill() {
      for (int i = 0; i < ACCOUNTS; i++) {
        Account account = new Account();
        account.balance = TOTAL / ACCOUNTS;
        accounts.put(i, account);
        copies.put(i, account.balance);
        lasts.put(i, 0L);
      }
    }

    void move(int from, int to, long amount, long number, SplittableRandom random) {
      Account source = account(from);
      source.balance -= amount;
      source.note(number);
      if (random.nextInt(8) == 0) {
        Thread.onSpinWait();
      }
      copies.merge(from, -amount, Long::sum);
      Account target = account(to);
      copies.merge(to, amount, Long::sum);
      target.balance += amount;
      target.note(number);
      lasts.put(from, number);
      lasts.put(to, number);
      if (random.nextInt(20) == 0) { // put, and then changed
        Account renewed = new Account();
        renewed.balance = source.balance;
        accounts.put(from, renewed);
        renewed.last = source.last;
        renewed.moves.addAll(source.moves);
      }
    }

    private Account account(int number) {
      return Objects.requireNonNull(accounts.get(number));
    }

    /** Returns what is wrong, or null. */
    @Nullable String wrong() {
      long sum = 0;
      long ofCopies = 0;
      for (int i = 0; i < ACCOUNTS; i++) {
        Account account = account(i);
        sum += account.balance;
        ofCopies += copies.getOrDefault(i, 0L);
        if (!Objects.equals(account.balance, copies.get(i))
            || !Objects.equals(account.last, lasts.get(i))
            || (!account.moves.isEmpty()
                && account.moves.get(account.moves.size() - 1) != account.last)) {
          return "account "
              + i
              + " has "
              + account.balance
              + " as of move "
              + account.last
              + ", its copy "
              + copies.get(i)
              + " as of "
              + lasts.get(i);
        }
      }
      if (sum != TOTAL || ofCopies != TOTAL) {
        return sum + ", " + ofCopies + " of " + TOTAL;
      }
      return null;
    }
  }

  @FileSystemTest(XFS)
  void sections_checkpointsWithoutEnd_allOrNothing(Path directory) throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("sections"));
    Path file = Files.createDirectory(directory.resolve("place")).resolve("store");
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PersistentStore store =
        PersistentStore.builder()
            .snapshotMode(SnapshotMode.REFLINK)
            .sectionHold(Duration.ofMillis(5))
            .sectionTimeout(
                Duration.ofSeconds(60)) // so that sections go on while the gate is closed
            .open(file)) {
      Bank bank = new Bank(store);
      bank.fill();
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        SplittableRandom choice = random.split();
        writers.add(threads.submit(() -> write(bank, writer, choice, over)));
      }
      for (int i = 0; i < CHECKPOINTS; i++) {
        long number = store.checkpoint().number();
        String name = number % 2 == 0 ? "store.even" : "store.odd";
        verify(file.resolveSibling(name), directory.resolve("copy"), number);
      }
      over.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat(bank.wrong()).isNull();
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
  }

  private static void write(Bank bank, int writer, SplittableRandom random, AtomicBoolean over) {
    for (long number = writer; !over.get(); number += WRITERS) {
      // Accounts of the thread only, as objects without locks need it.
      int from = writer + WRITERS * random.nextInt(ACCOUNTS / WRITERS);
      int to = writer + WRITERS * random.nextInt(ACCOUNTS / WRITERS);
      long next = number;
      bank.store.atomically(
          () -> {
            bank.move(from, to, random.nextInt(50), next, random);
            if (next % 5 == 0) { // one inside of it is a part of it
              bank.store.atomically(() -> bank.move(to, from, 1, -next - 1, random));
            }
          });
    }
  }

  private static void verify(Path snapshot, Path directory, long number) throws IOException {
    Files.createDirectories(directory);
    Path copy = directory.resolve("store");
    CrashImages.cloneFile(snapshot, copy);
    try (PersistentStore store =
        PersistentStore.builder().readOnly(true).acceptOlderCheckpoint(true).open(copy)) {
      assertThat(new Bank(store).wrong()).as("checkpoint " + number).isNull();
    } finally {
      Files.delete(copy);
    }
  }

  @Test
  void section_waitsForSectionOfAnotherThread_bothEnd() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    AtomicBoolean over = new AtomicBoolean();
    try (PersistentStore store = open()) {
      PersistentMap<Integer, Integer> map = store.map("m", Integer.class, Integer.class);
      Thread checkpoints = checkpointsWithoutEnd(store, over);
      for (int i = 0; i < 30; i++) {
        int number = i;
        store.atomically(
            () -> {
              map.put(number, 1);
              Future<?> inner = pool.submit(() -> store.atomically(() -> add(map, -1)));
              get(inner);
            });
      }
      over.set(true);
      checkpoints.join();
      assertThat(map).containsEntry(-1, 30).hasSize(31);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void sectionInsideCompute_andTheOtherWayRound_bothEnd() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (PersistentStore store = open()) {
      PersistentMap<Integer, Integer> map = store.map("m", Integer.class, Integer.class);
      PersistentMap<Integer, List<Integer>> lists =
          store.map("lists", new TypeRef<Integer>() {}, new TypeRef<List<Integer>>() {});
      Thread checkpoints = checkpointsWithoutEnd(store, over);
      Thread other =
          new Thread(
              () -> {
                for (int i = 0; i < 500; i++) {
                  lists.compute(
                      i % 7,
                      (key, list) -> {
                        List<Integer> present = list == null ? new ArrayList<>() : list;
                        store.atomically(() -> add(map, key));
                        present.add(1);
                        return present;
                      });
                }
              });
      other.start();
      for (int i = 0; i < 500; i++) {
        int key = i % 7;
        store.atomically(
            () -> {
              lists.computeIfAbsent(key, unused -> new ArrayList<>());
              map.compute(key + 100, (same, old) -> old == null ? 1 : old + 1);
            });
      }
      other.join();
      over.set(true);
      checkpoints.join();
      assertThat(map.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1000);
    }
  }

  @Test
  void checkpoint_sectionThatDoesNotEnd_throwsWithItsStackAndNothingLost() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Path file = dir.resolve("store");
    try (PersistentStore store = open()) {
      PersistentMap<Integer, Integer> map = store.map("m", Integer.class, Integer.class);
      map.put(1, 1);
      store.checkpoint();
      map.put(1, 2);
      Thread holder = new Thread(() -> store.atomically(() -> rest(inside, end)), "the holder");
      holder.start();
      inside.await();
      assertThatThrownBy(store::checkpoint)
          .isInstanceOf(SectionHeldException.class)
          .hasMessageContaining("sectionTimeout")
          .hasMessageContaining("the holder")
          .hasMessageContaining("AtomicSectionsTest");
      store.atomically(() -> map.set(3, 3)); // others go on
      end.countDown();
      holder.join();
      assertThat(store.checkpoint().number()).isEqualTo(2);
      map.put(1, 4);
      store.close(CloseMode.DISCARD);
    }
    try (PersistentStore store = PersistentStore.open(file)) {
      assertThat(store.map("m", Integer.class, Integer.class))
          .containsEntry(1, 2)
          .containsEntry(3, 3);
    }
  }

  @Test
  void checkpointOrClose_insideOfSection_refused() {
    try (PersistentStore store = open()) {
      PersistentMap<Integer, Integer> map = store.map("m", Integer.class, Integer.class);
      store.atomically(
          () -> {
            assertThatThrownBy(store::checkpoint).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(map::checkpoint).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(store::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("atomic section");
            map.put(1, 1);
          });
      assertThat(store.checkpoint().number()).isEqualTo(1);
    }
  }

  @Test
  void close_whileSectionIsInside_hasAllOfItAndRefusesLaterOnes() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    AtomicReference<Throwable> failed = new AtomicReference<>();
    PersistentStore store = open();
    PersistentMap<Integer, Integer> map = store.map("m", Integer.class, Integer.class);
    PersistentMap<Integer, List<Integer>> lists =
        store.map("lists", new TypeRef<Integer>() {}, new TypeRef<List<Integer>>() {});
    lists.put(1, new ArrayList<>());
    Thread holder =
        new Thread(
            () ->
                store.atomically(
                    () -> {
                      map.put(1, 1);
                      rest(inside, end);
                      map.put(2, 2);
                      Objects.requireNonNull(lists.get(1)).add(2);
                      lists.put(2, new ArrayList<>());
                      Integer unused = map.merge(1, 1, Integer::sum);
                    }));
    holder.setUncaughtExceptionHandler((thread, e) -> failed.set(e));
    holder.start();
    inside.await();
    Thread closer = new Thread(store::close);
    closer.start();
    while (isWritable(map)) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(() -> store.atomically(() -> map.set(4, 4)))
        .isInstanceOf(MapClosedException.class);
    end.countDown();
    holder.join();
    closer.join();
    assertThat(failed.get()).isNull();
    try (PersistentStore again = open()) {
      assertThat(again.map("m", Integer.class, Integer.class)).isEqualTo(Map.of(1, 2, 2, 2));
      assertThat(again.map("lists", new TypeRef<Integer>() {}, new TypeRef<List<Integer>>() {}))
          .isEqualTo(Map.of(1, List.of(2), 2, List.of()));
    }
  }

  private static boolean isWritable(PersistentMap<Integer, Integer> map) {
    try {
      return map.remove(100) == null;
    } catch (MapClosedException e) {
      return false;
    }
  }

  @Test
  void checkpoint_valueTakesLongerThanSectionsAreHeld_endsInTime() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (PersistentStore store =
        PersistentStore.builder()
            .sectionHold(Duration.ofNanos(100_000))
            .sectionTimeout(Duration.ofMillis(500))
            .open(dir.resolve("store"))) {
      PersistentMap<Integer, long[]> map = store.map("m", Integer.class, long[].class);
      map.put(1, new long[1_000_000]);
      Thread sections =
          new Thread(
              () -> {
                while (!over.get()) {
                  store.atomically(
                      () -> {
                        Objects.requireNonNull(map.get(1))[7]++;
                        map.get(2);
                      });
                }
              });
      sections.start();
      Thread end = new Thread(() -> letGoOn(over));
      end.start();
      try {
        long number = store.checkpoint().number();
        assertThat(number).isEqualTo(1);
      } catch (SectionHeldException e) {
        assertThat(e).hasMessageContaining("sectionTimeout");
      }
      assertThat(over).as("the checkpoint came to an end by itself").isFalse();
      end.interrupt();
      over.set(true);
      sections.join();
      end.join();
    }
  }

  private static void letGoOn(AtomicBoolean over) {
    try {
      Thread.sleep(8_000);
      over.set(true);
    } catch (InterruptedException e) {
      // It is over.
    }
  }

  @Test
  void section_throws_isTheCallersAndWhatItDidStays() throws Exception {
    try (PersistentStore store = open()) {
      PersistentMap<Integer, Integer> map = store.map("m", Integer.class, Integer.class);
      assertThatThrownBy(
              () ->
                  store.atomically(
                      () -> {
                        map.put(1, 1);
                        throw new IOException("of the program");
                      }))
          .isInstanceOf(IOException.class);
      Callable<Integer> callable = () -> map.getOrDefault(1, 0);
      assertThat(store.atomically(callable)).isEqualTo(1);
      int result = store.atomically(() -> add(map, 1));
      assertThat(result).isEqualTo(2);
      Checkpoint checkpoint = store.checkpoint();
      assertThat(checkpoint.gate()).isLessThan(Duration.ofSeconds(1));
    }
  }

  private static Thread checkpointsWithoutEnd(PersistentStore store, AtomicBoolean over) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              while (!over.get()) {
                try {
                  store.checkpoint();
                  TimeUnit.MILLISECONDS.sleep(1);
                } catch (InterruptedException e) {
                  return;
                } catch (Throwable e) {
                  failure.set(e);
                  e.printStackTrace();
                  over.set(true);
                }
              }
            });
    thread.start();
    return thread;
  }

  private static int add(PersistentMap<Integer, Integer> map, int key) {
    return Objects.requireNonNull(map.merge(key, 1, Integer::sum));
  }

  private static void rest(CountDownLatch inside, CountDownLatch end) {
    inside.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void get(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
