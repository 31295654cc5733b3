package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards operations that run user code: the code is called once, under its key's lock, may use the
 * map, and nothing waits for ever.
 */
@Timeout(60)
final class ComputeTest {
  @TempDir Path dir;
  private PersistentMap<String, Object> map;
  private ExecutorService threads;

  @BeforeEach
  void open() {
    map = PersistentMap.open(dir.resolve("x.map"), String.class, Object.class);
    threads = Executors.newFixedThreadPool(8);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    map.close();
  }

  @Test
  void computeIfAbsent_eightThreads_calledOncePerKey() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    List<Future<?>> futures = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      futures.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  map.computeIfAbsent("key" + i % 500, key -> key + calls.incrementAndGet());
                }
              }));
    }
    for (Future<?> future : futures) {
      future.get();
    }
    assertThat(calls).hasValue(500);
  }

  @Test
  void merge_eightThreads_noneLost() throws Exception {
    List<Future<?>> futures = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      futures.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  map.merge("key" + i % 5, 1L, (old, one) -> (Long) old + (Long) one);
                }
              }));
    }
    for (Future<?> future : futures) {
      future.get();
    }
    assertThat(map.values()).containsOnly(16_000L);
  }

  @Test
  void compute_oldValueChangedInPlace_stored() {
    map.put("list", new ArrayList<>(List.of("a")));
    map.compute("list", (key, old) -> add(old, "b"));
    map.merge("list", "c", this::add);
    map.replaceAll((key, old) -> add(old, "d"));
    map.computeIfPresent("list", (key, old) -> add(old, "e"));
    assertThat(map.get("list")).isEqualTo(List.of("a", "b", "c", "d", "e"));
  }

  @SuppressWarnings("unchecked")
  private Object add(Object list, Object element) {
    ((List<Object>) list).add(element);
    return list;
  }

  @Test
  void compute_usesMapInside_works() {
    map.put("other", 1);
    map.compute(
        "key",
        (key, old) -> {
          map.put("other", 2);
          map.put("new", 3);
          map.remove("new");
          map.checkpoint();
          return map.get("other");
        });
    assertThat(map).isEqualTo(java.util.Map.of("other", 2, "key", 2));
  }

  @Test
  void compute_sameKeyInside_outerResultStays() {
    map.compute(
        "key",
        (key, old) -> {
          map.put("key", "inner");
          assertThat(map.compute("key", (k, v) -> v + "!")).isEqualTo("inner!");
          return "outer";
        });
    assertThat(map.get("key")).isEqualTo("outer");
  }

  @Test
  void compute_throws_unchangedAndFree() throws Exception {
    map.put("key", 1);
    assertThatThrownBy(
            () ->
                map.compute(
                    "key",
                    (key, old) -> {
                      throw new IllegalArgumentException("no");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(threads.submit(() -> map.put("key", 2)).get()).isEqualTo(1);
  }

  @Test
  void compute_whileHeld_readersAndOtherKeysAndCheckpointGoOn() throws Exception {
    map.put("key", "old");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Future<?> holder =
        threads.submit(
            () ->
                map.compute(
                    "key",
                    (key, old) -> {
                      inside.countDown();
                      await(leave);
                      return "new";
                    }));
    inside.await();
    assertThat(map.get("key")).isEqualTo("old");
    for (int i = 0; i < 1000; i++) {
      map.put("other" + i, i); // some are in the same shard
    }
    map.checkpoint();
    Future<Object> writer = threads.submit(() -> map.put("key", "later"));
    assertThatThrownBy(() -> writer.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    leave.countDown();
    holder.get();
    assertThat(writer.get()).isEqualTo("new");
    assertThat(map.get("key")).isEqualTo("later");
  }

  @Test
  void compute_twoThreadsWantEachOthersKey_oneGetsException() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    Future<?> first = threads.submit(() -> crossing("a", "b", both));
    Future<?> second = threads.submit(() -> crossing("b", "a", both));
    int failures = 0;
    for (Future<?> future : List.of(first, second)) {
      try {
        future.get();
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e.getCause())
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("deadlock");
        failures++;
      }
    }
    assertThat(failures).isEqualTo(1);
  }

  private void crossing(String own, String other, CyclicBarrier both) {
    map.compute(
        own,
        (key, old) -> {
          try {
            both.await();
          } catch (Exception e) {
            throw new IllegalArgumentException(e);
          }
          map.put(other, "from " + own);
          return "own";
        });
  }

  /** Different keys, but any of 256 shards may be shared: no lock of a shard may be held inside. */
  @Test
  void compute_manyThreadsCrossShards_noDeadlock() throws Exception {
    List<Future<?>> futures = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      int own = thread;
      futures.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  String inner = "inner" + own + "-" + i % 300;
                  map.compute("outer" + own + "-" + i % 300, (key, old) -> map.put(inner, key));
                }
              }));
    }
    for (Future<?> future : futures) {
      future.get(50, TimeUnit.SECONDS);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
