package io.persistentmap.many;

import static io.persistentmap.testing.FileSystemKind.XFS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.FileAccessException;
import io.persistentmap.MapClosedException;
import io.persistentmap.PersistentCounter;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentStore;
import io.persistentmap.PersistentValue;
import io.persistentmap.SnapshotMode;
import io.persistentmap.TypeMismatchException;
import io.persistentmap.TypeRef;
import io.persistentmap.crash.CrashImages;
import io.persistentmap.testing.FileSystemTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guards that counters and values are those of the last checkpoint, and behave as their models. */
@Timeout(120)
final class CountersTest {
  private static final int WRITERS = 3;
  private static final int CHECKPOINTS = 100;

  @TempDir Path dir;

  private PersistentStore open() {
    return PersistentStore.open(dir.resolve("store"));
  }

  @Test
  @SuppressWarnings("UnnecessaryAsync") // it is the model
  void counter_eachMethod_asAtomicLong() {
    AtomicLong model = new AtomicLong();
    try (PersistentStore store = open()) {
      PersistentCounter counter = store.counter("c");
      assertThat(counter.incrementAndGet()).isEqualTo(model.incrementAndGet());
      assertThat(counter.getAndIncrement()).isEqualTo(model.getAndIncrement());
      assertThat(counter.addAndGet(5)).isEqualTo(model.addAndGet(5));
      assertThat(counter.getAndAdd(-7)).isEqualTo(model.getAndAdd(-7));
      assertThat(counter.decrementAndGet()).isEqualTo(model.decrementAndGet());
      assertThat(counter.getAndDecrement()).isEqualTo(model.getAndDecrement());
      assertThat(counter.getAndSet(70)).isEqualTo(model.getAndSet(70));
      assertThat(counter.compareAndSet(1, 2)).isEqualTo(model.compareAndSet(1, 2));
      assertThat(counter.compareAndSet(70, 2)).isEqualTo(model.compareAndSet(70, 2));
      assertThat(counter.updateAndGet(x -> x * 3)).isEqualTo(model.updateAndGet(x -> x * 3));
      assertThat(counter.getAndUpdate(x -> x + 9)).isEqualTo(model.getAndUpdate(x -> x + 9));
      assertThat(counter.accumulateAndGet(4, Math::max))
          .isEqualTo(model.accumulateAndGet(4, Math::max));
      assertThat(counter.getAndAccumulate(400, Math::max))
          .isEqualTo(model.getAndAccumulate(400, Math::max));
      assertThat(counter.longValue()).isEqualTo(model.get());
      assertThat(counter).hasToString(model.toString());
      counter.set(Long.MIN_VALUE);
      assertThat(store.counter("c").get()).isEqualTo(Long.MIN_VALUE);
      assertThat(store.counters()).containsExactly("c");
    }
    try (PersistentStore store = open()) {
      assertThat(store.counter("c").get()).isEqualTo(Long.MIN_VALUE);
      store.counter("c").set(3);
      store.close(CloseMode.DISCARD);
    }
    try (PersistentStore store = open()) {
      assertThat(store.counter("c").get()).isEqualTo(Long.MIN_VALUE);
      assertThat(store.maps()).isEmpty();
    }
  }

  @Test
  void counterOrValue_dropped_refusedAndNewOneBeginsAtTheBeginning() {
    try (PersistentStore store = open()) {
      PersistentCounter counter = store.counter("c");
      counter.set(5);
      PersistentValue<String> value = store.value("c", String.class);
      value.set("x");
      assertThat(store.dropCounter("c")).isTrue();
      assertThat(store.dropCounter("c")).isFalse();
      assertThatThrownBy(counter::get).isInstanceOf(MapClosedException.class);
      assertThatThrownBy(counter::incrementAndGet)
          .isInstanceOf(MapClosedException.class)
          .hasMessageContaining("\"c\" was dropped");
      assertThat(store.counter("c").get()).isZero();
      assertThat(value.get()).isEqualTo("x");
      assertThat(store.dropValue("c")).isTrue();
      assertThatThrownBy(value::get).isInstanceOf(MapClosedException.class);
      assertThat(store.value("c", String.class).get()).isNull();
      assertThatThrownBy(() -> store.counter("")).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store.value("x".repeat(300), String.class))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void value_changedInPlaceAndReplaced_isLive() {
    try (PersistentStore store = open()) {
      PersistentValue<List<String>> value = store.value("v", new TypeRef<List<String>>() {});
      assertThat(value.get()).isNull();
      List<String> first = new ArrayList<>();
      assertThat(value.compareAndSet(null, first)).isTrue();
      assertThat(value.compareAndSet(new ArrayList<>(), null)).isFalse();
      assertThat(value.get()).isSameAs(first);
      first.add("one");
      store.checkpoint();
      Objects.requireNonNull(value.get()).add("two");
    }
    try (PersistentStore store = open()) {
      PersistentValue<List<String>> value = store.value("v", new TypeRef<List<String>>() {});
      assertThat(value.get()).containsExactly("one", "two");
      assertThat(value.updateAndGet(list -> new ArrayList<>(List.of("three"))))
          .containsExactly("three");
      assertThat(value.getAndUpdate(list -> null)).containsExactly("three");
      assertThat(value.get()).isNull();
      assertThat(value.getAndSet(new ArrayList<>())).isNull();
      assertThat(store.values()).containsExactly("v");
      assertThatThrownBy(() -> store.value("v", String.class))
          .isInstanceOf(TypeMismatchException.class);
    }
    try (PersistentStore store = open()) {
      assertThatThrownBy(() -> store.value("v", String.class))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("java.util.List")
          .hasMessageContaining("java.lang.String");
    }
  }

  @Test
  void readOnly_counterAndValue_readButNotChanged() {
    try (PersistentStore store = open()) {
      store.counter("c").set(4);
      store.value("v", String.class).set("x");
    }
    try (PersistentStore store =
        PersistentStore.builder().readOnly(true).open(dir.resolve("store"))) {
      assertThat(store.counter("c").get()).isEqualTo(4);
      assertThat(store.value("v", String.class).get()).isEqualTo("x");
      assertThatThrownBy(() -> store.counter("c").incrementAndGet())
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> store.value("v", String.class).set("y"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> store.counter("none"))
          .isInstanceOf(FileAccessException.class)
          .hasMessageContaining("[c]");
      assertThatThrownBy(() -> store.value("none", String.class))
          .isInstanceOf(FileAccessException.class)
          .hasMessageContaining("[v]");
    }
  }

  /** Without sections: what a thread does first is in a checkpoint that has what it does next. */
  @FileSystemTest(XFS)
  void counterThenMap_checkpointsWithoutEnd_noEntryWithoutItsNumber(Path directory)
      throws Exception {
    Path file = Files.createDirectory(directory.resolve("place")).resolve("store");
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PersistentStore store =
        PersistentStore.builder().snapshotMode(SnapshotMode.REFLINK).open(file)) {
      PersistentCounter ids = store.counter("ids");
      PersistentMap<Integer, Long> last = store.map("last", Integer.class, Long.class);
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.add(
            threads.submit(
                () -> {
                  while (!over.get()) {
                    last.set(writer, ids.incrementAndGet());
                  }
                }));
      }
      for (int i = 0; i < CHECKPOINTS; i++) {
        long number = store.checkpoint().number();
        String name = number % 2 == 0 ? "store.even" : "store.odd";
        verify(file.resolveSibling(name), directory.resolve("copy"));
      }
      over.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
  }

  private static void verify(Path snapshot, Path directory) throws Exception {
    Files.createDirectories(directory);
    Path copy = directory.resolve("store");
    CrashImages.cloneFile(snapshot, copy);
    try (PersistentStore store =
        PersistentStore.builder().readOnly(true).acceptOlderCheckpoint(true).open(copy)) {
      long ids = store.counter("ids").get();
      assertThat(store.map("last", Integer.class, Long.class).values())
          .allMatch(number -> number <= ids);
    } finally {
      Files.delete(copy);
    }
  }
}
