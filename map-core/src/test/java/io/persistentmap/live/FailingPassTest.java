package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.UnstorableException;
import io.persistentmap.ValueHeldException;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Serializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that a checkpoint ends, whatever the program's own code does to the threads that read its
 * values, and that the next one can be made.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FailingPassTest {
  /** More than the threads that wait for monitors of values in the map. */
  private static final int HELD = 40;

  @TempDir Path dir;

  /** A key that can't be named while something is wrong. */
  private static final class Nameless {
    private static volatile boolean failing;
    private final int number;

    Nameless(int number) {
      this.number = number;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Nameless nameless && number == nameless.number;
    }

    @Override
    public int hashCode() {
      return number;
    }

    @Override
    public String toString() {
      if (failing) {
        throw new IllegalStateException("no name");
      }
      return "nameless " + number;
    }
  }

  /** A value that can't be written at times. */
  private static final class Moody {
    private volatile int number;
    private volatile boolean failing;
  }

  private static final class OfMoody implements Serializer<Moody> {
    @Override
    public void write(Moody value, ByteWriter out) {
      if (value.failing) {
        throw new IllegalStateException("a bad mood");
      }
      out.writeInt(value.number);
    }

    @Override
    public Moody read(ByteReader in) {
      Moody moody = new Moody();
      moody.number = in.readInt();
      return moody;
    }
  }

  @Test
  void checkpoint_valueFailsAndItsKeyHasNoName_throwsAndIsMadeLater() {
    Path file = dir.resolve("x.map");
    Moody moody = new Moody();
    try (PersistentMap<Nameless, Moody> map = open(file)) {
      for (int i = 0; i < 200; i++) {
        map.put(new Nameless(i), i == 7 ? moody : new Moody());
      }
      map.checkpoint();
      moody.number = 1;
      moody.failing = true;
      Nameless.failing = true;
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("Nameless")
          .hasMessageContaining("a bad mood");
      moody.failing = false;
      map.checkpoint();
      map.close(CloseMode.DISCARD);
    } finally {
      Nameless.failing = false;
    }
    try (PersistentMap<Nameless, Moody> map = open(file)) {
      assertThat(Objects.requireNonNull(map.get(new Nameless(7))).number).isEqualTo(1);
    }
  }

  private static PersistentMap<Nameless, Moody> open(Path file) {
    return PersistentMap.builder(Nameless.class, Moody.class)
        .serializer(Moody.class, new OfMoody())
        .open(file);
  }

  /** Threads of ours that wait for what is not in the map any more are not missed. */
  @Test
  void checkpoint_manyObjectsHeldForEverThenReplaced_made() throws Exception {
    Path file = dir.resolve("x.map");
    List<Pair> held = new ArrayList<>();
    for (int i = 0; i < HELD; i++) {
      held.add(new Pair());
    }
    CountDownLatch holds = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread holder = new Thread(() -> holdAll(held, 0, holds, leave), "holder");
    holder.setDaemon(true);
    holder.start();
    holds.await();
    try (PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .monitorTimeout(Duration.ofMillis(200))
            .open(file)) {
      map.put("other", new Pair()); // the first of its class
      for (Pair pair : held) {
        map.put("key", pair);
        assertThatThrownBy(map::checkpoint)
            .isInstanceOf(ValueHeldException.class)
            .hasMessageContaining("thread holder");
      }
      map.put("key", new Pair());
      map.checkpoint();
    } finally {
      leave.countDown();
    }
    holder.join();
  }

  /** A thread that makes one checkpoint after the other must let the others in. */
  @Test
  void checkpoint_anotherThreadMakesThemWithoutPause_returns() throws Exception {
    Path file = dir.resolve("x.map");
    AtomicBoolean stop = new AtomicBoolean();
    try (PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allowPackage("io.persistentmap")
            .open(file)) {
      for (int i = 0; i < 2_000; i++) {
        map.put("key" + i, new Pair());
      }
      Thread other =
          new Thread(
              () -> {
                while (!stop.get()) {
                  map.checkpoint();
                }
              });
      other.start();
      try {
        long most = 0;
        for (int i = 0; i < 20; i++) {
          map.put("new" + i, new Pair());
          long before = map.stats().checkpoint();
          most = Math.max(most, map.checkpoint().number() - before);
        }
        assertThat(most).as("checkpoints that one had to wait for").isLessThan(20);
      } finally {
        stop.set(true);
        other.join();
      }
    }
  }

  private static void holdAll(
      List<Pair> pairs, int from, CountDownLatch holds, CountDownLatch leave) {
    if (from < pairs.size()) {
      synchronized (pairs.get(from)) {
        holdAll(pairs, from + 1, holds, leave);
      }
      return;
    }
    holds.countDown();
    try {
      leave.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
