package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards the map against the {@code equals} and {@code hashCode} of its keys: many of one hash,
 * some that use the map, throw, or lie, while others change, read, clean and checkpoint.
 */
@Timeout(120)
final class KeysUserCodeTest {
  @TempDir Path dir;
  private PersistentMap<Object, String> map;

  @BeforeEach
  void open() {
    map =
        PersistentMap.builder(Object.class, String.class)
            .allowPackage("io.persistentmap")
            .open(dir.resolve("x.map"));
  }

  @AfterEach
  void close() {
    Chosen.constant = false;
    Chosen.inside = UnaryOperator.identity();
    map.close();
  }

  private void reopen() {
    map.close();
    open();
  }

  /** A key with a hashCode that tests choose, and an equals that may do anything. */
  static final class Chosen {
    static volatile boolean constant;
    static volatile UnaryOperator<Boolean> inside = UnaryOperator.identity();
    static final AtomicInteger CALLS = new AtomicInteger();

    private final int number;
    private final String spelling;

    Chosen(int number, String spelling) {
      this.number = number;
      this.spelling = spelling;
    }

    @SuppressWarnings("unused") // Kryo
    private Chosen() {
      this(0, "");
    }

    @Override
    public boolean equals(@Nullable Object other) {
      CALLS.incrementAndGet();
      return inside.apply(other instanceof Chosen that && number == that.number);
    }

    @Override
    public int hashCode() {
      CALLS.incrementAndGet();
      return constant ? 42 : number;
    }

    @Override
    public String toString() {
      return number + spelling;
    }
  }

  @Test
  void oneHashCode_hundredsOfKeys_allOperationsWork() {
    Chosen.constant = true;
    int keys = 400;
    for (int i = 0; i < keys; i++) {
      assertThat(map.put(new Chosen(i, "a"), "v" + i)).isNull();
    }
    for (int i = 0; i < keys; i++) {
      assertThat(map.put(new Chosen(i, "b"), "w" + i)).isEqualTo("v" + i);
    }
    assertThat(map.get(new Chosen(-1, "a"))).isNull();
    reopen();
    for (int i = 0; i < keys; i += 2) {
      assertThat(map.remove(new Chosen(i, "c"))).isEqualTo("w" + i);
    }
    assertThat(map).hasSize(keys / 2);
    assertThat(map.keySet()).allMatch(key -> ((Chosen) key).spelling.equals("a"));
    assertThat(map.keySet()).hasSize(keys / 2);
  }

  /** They are put with good hashCodes: to put them one by one takes a look at all before. */
  @Test
  void oneHashCode_tenThousandKeys_openedAndWorkedOn() {
    int keys = 10_000;
    for (int i = 0; i < keys; i++) {
      map.set(new Chosen(i, "a"), "v" + i);
    }
    map.close();
    Chosen.constant = true;
    open();
    assertThat(map).hasSize(keys);
    for (int i = 0; i < keys; i += 997) {
      assertThat(map.get(new Chosen(i, "a"))).isEqualTo("v" + i);
      assertThat(map.get(new Chosen(i, "b"))).isEqualTo("v" + i);
      assertThat(map.put(new Chosen(i, "c"), "w")).isEqualTo("v" + i);
      assertThat(map.remove(new Chosen(i, "d"))).isEqualTo("w");
      assertThat(map.get(new Chosen(i, "a"))).isNull();
      assertThat(map.put(new Chosen(i, "e"), "x")).isNull();
    }
    assertThat(map.keySet().stream().map(Object::toString).distinct().count()).isEqualTo(keys);
    map.close();
    Chosen.constant = false;
    open();
    assertThat(map.get(new Chosen(997, "z"))).isEqualTo("x");
    assertThat(map.get(new Chosen(998, "z"))).isEqualTo("v998");
  }

  // ---- user code -------------------------------------------------------------------------------

  @Test
  void equals_usesMap_works() {
    Chosen.constant = true;
    map.put(new Chosen(1, "a"), "one");
    map.put(new Chosen(2, "a"), "two");
    Chosen.inside =
        equal -> {
          UnaryOperator<Boolean> same = Chosen.inside;
          Chosen.inside = UnaryOperator.identity();
          map.put("seen", "yes");
          map.put(new Chosen(3, "a"), "three");
          map.remove(new Chosen(3, "b"));
          map.checkpoint();
          assertThat(map.get(new Chosen(2, "d"))).isNotNull();
          Chosen.inside = same;
          return equal;
        };
    assertThat(map.get(new Chosen(1, "b"))).isEqualTo("one");
    assertThat(map.put(new Chosen(2, "b"), "deux")).isEqualTo("two");
    assertThat(map.compute(new Chosen(2, "c"), (key, old) -> old + "!")).isEqualTo("deux!");
    assertThat(map.remove(new Chosen(1, "b"))).isEqualTo("one");
    assertThat(map.put(new Chosen(4, "b"), "four")).isNull();
    Chosen.inside = UnaryOperator.identity();
    assertThat(map.keySet().stream().map(Object::toString).toList())
        .containsExactlyInAnyOrder("2a", "4b", "seen");
  }

  @Test
  void equals_throws_mapUnchangedAndFree() throws Exception {
    Chosen.constant = true;
    map.put(new Chosen(1, "a"), "one");
    Chosen.inside =
        equal -> {
          throw new IllegalArgumentException("no");
        };
    Chosen other = new Chosen(1, "b");
    assertThatThrownBy(() -> map.get(other)).hasMessage("no");
    assertThatThrownBy(() -> map.put(other, "two")).hasMessage("no");
    assertThatThrownBy(() -> map.remove(other)).hasMessage("no");
    assertThatThrownBy(() -> map.compute(other, (key, old) -> "two")).hasMessage("no");
    Chosen.inside = UnaryOperator.identity();
    Thread thread = new Thread(() -> map.put(other, "two"));
    thread.start();
    thread.join(TimeUnit.SECONDS.toMillis(30));
    assertThat(map.get(new Chosen(1, "c"))).isEqualTo("two");
    map.checkpoint();
  }

  @Test
  void compute_equalKeyWithOtherBytes_waitsForHolder() throws Exception {
    map.put(new Chosen(1, "a"), "0");
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      Chosen key = new Chosen(1, "spelling " + i);
      threads[i] =
          new Thread(
              () -> {
                for (int step = 0; step < 500; step++) {
                  map.compute(key, (same, old) -> Integer.toString(Integer.parseInt(old) + 1));
                }
              });
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(map.get(new Chosen(1, "b"))).isEqualTo("2000");
    assertThat(map).hasSize(1);
  }

  @Test
  void compute_removesOwnKeyInside_putsEqualOne() {
    map.put(new Chosen(1, "a"), "one");
    map.compute(
        new Chosen(1, "b"),
        (key, old) -> {
          map.remove(new Chosen(1, "c"));
          return old + "!";
        });
    assertThat(map.get(new Chosen(1, "d"))).isEqualTo("one!");
    assertThat(map.keySet().iterator().next()).hasToString("1b");
  }

  // ---- beside others ---------------------------------------------------------------------------

  @Test
  void cleaner_movesKeys_callsNoUserCode() throws Exception {
    int keys = 3000;
    for (int i = 0; i < keys; i++) {
      map.set(new Chosen(i, "a"), "v".repeat(i % 500));
    }
    int calls = Chosen.CALLS.get();
    Chosen.constant = true; // from here on every hashCode is a lie
    Chosen.inside =
        equal -> {
          throw new AssertionError("user code");
        };
    churn(4);
    assertThat(map.stats().relocatedBytes()).isPositive();
    assertThat(Chosen.CALLS).hasValue(calls);
    Chosen.constant = false;
    Chosen.inside = UnaryOperator.identity();
    for (int i = 0; i < keys; i++) {
      assertThat(map.get(new Chosen(i, "b"))).isEqualTo("v".repeat(i % 500));
    }
  }

  /** Works on keys that are found by their bytes, until so many segments have been cleaned. */
  private void churn(int segments) throws Exception {
    long cleaned = map.stats().cleanedSegments();
    while (map.stats().cleanedSegments() < cleaned + segments) {
      for (int i = 0; i < 1000; i++) {
        map.set("key " + i % 100, "x".repeat(2000));
      }
      map.checkpoint();
      map.store().awaitMaintenance();
    }
  }

  /** Few hashes, so that keys meet each other; each key has one writer, under any spelling. */
  @Test
  void writersReadersCleanerCheckpoints_valuesNeverGoBack() throws Exception {
    long seed = TestSeeds.next("user code");
    int keys = 600;
    AtomicLongArray written = new AtomicLongArray(keys);
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int writer = i;
      futures.add(threads.submit(() -> write(writer, written, stop, seed + writer)));
      futures.add(threads.submit(() -> read(written, stop, seed + 10 + writer)));
    }
    futures.add(
        threads.submit(
            () -> {
              while (!stop.get()) {
                map.checkpoint();
                map.keySet().forEach(key -> assertThat(key).isNotNull());
              }
            }));
    Thread.sleep(4000);
    stop.set(true);
    for (Future<?> future : futures) {
      future.get();
    }
    threads.shutdown();
    for (int life = 0; life < 2; life++) {
      for (int i = 0; i < keys; i++) {
        assertThat(version(map.get(crowded(i, 9)))).isEqualTo(written.get(i));
      }
      reopen();
    }
  }

  /** A key with one of few hashes. */
  record Crowded(int number, int spelling) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Crowded that && number == that.number;
    }

    @Override
    public int hashCode() {
      return number % 100;
    }
  }

  private static Crowded crowded(int number, int spelling) {
    return new Crowded(number, spelling);
  }

  /** Version 0 is no entry. */
  private static long version(@Nullable String value) {
    return value == null ? 0 : Long.parseLong(value.substring(0, value.indexOf(' ')));
  }

  private void write(int writer, AtomicLongArray written, AtomicBoolean stop, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    while (!stop.get()) {
      int number = random.nextInt(written.length() / 2) * 2 + writer;
      Crowded key = crowded(number, random.nextInt(3));
      long version = written.get(number) + 1;
      String value = version + " " + "x".repeat(random.nextInt(1500));
      String old =
          random.nextBoolean()
              ? map.put(key, value)
              : random.nextBoolean() ? replaced(key, value) : removedAndPut(key, value);
      assertThat(version(old)).isEqualTo(version - 1);
      written.set(number, version);
    }
  }

  private @Nullable String replaced(Crowded key, String value) {
    String[] old = new String[1];
    map.compute(
        key,
        (same, present) -> {
          old[0] = present;
          return value;
        });
    return old[0];
  }

  private @Nullable String removedAndPut(Crowded key, String value) {
    String old = map.remove(key);
    assertThat(map.put(key, value)).isNull();
    return old;
  }

  /** An entry that is just being removed and put again may not be there. */
  private void read(AtomicLongArray written, AtomicBoolean stop, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    while (!stop.get()) {
      int number = random.nextInt(written.length());
      long before = written.get(number);
      String value = map.get(crowded(number, random.nextInt(3)));
      if (value != null) {
        assertThat(version(value)).isBetween(before, written.get(number) + 1);
      }
    }
  }
}
