package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueHeldException;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Serializer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that a checkpoint has an object as it was after the call began, although a thread of an
 * earlier checkpoint, which has failed, has read it before, and goes on only now.
 */
@Timeout(60)
final class StaleWriteTest {
  @TempDir Path dir;

  /** A value that can hold up who writes it, behind what it has written. */
  private static final class Gated {
    private volatile int state;
    private volatile @Nullable Stop stop;

    Gated(int state) {
      this.state = state;
    }

    /** Holds up the next thread that writes this. */
    Stop stopNext() {
      Stop next = new Stop();
      stop = next;
      return next;
    }
  }

  /** Where one thread stands still. */
  private static final class Stop {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    void standStill() {
      reached.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class OfGated implements Serializer<Gated> {
    @Override
    public void write(Gated value, ByteWriter out) {
      out.writeInt(value.state);
      Stop stop = value.stop;
      value.stop = null;
      if (stop != null) {
        stop.standStill();
      }
    }

    @Override
    public Gated read(ByteReader in) {
      return new Gated(in.readInt());
    }
  }

  private static PersistentMapBuilder<String, Gated> builder() {
    return PersistentMap.builder(String.class, Gated.class)
        .serializer(Gated.class, new OfGated())
        .snapshotMode(SnapshotMode.IN_PLACE)
        .monitorTimeout(Duration.ofMillis(300))
        .closeMode(CloseMode.DISCARD);
  }

  /** A thread of a checkpoint that has failed goes on while the next one is being made. */
  @Test
  void checkpoint_oneThatFailedHasReadTheObjectBefore_objectAsItIsNow() throws Exception {
    Gated value = new Gated(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PersistentMap<String, Gated> map = builder().open(dir.resolve("x.map"))) {
      map.put("key", value);
      map.checkpoint();

      value.state = 2;
      Stop late = value.stopNext();
      assertThatThrownBy(map::checkpoint)
          .isInstanceOf(ValueHeldException.class)
          .hasMessageContaining("key key")
          .hasMessageContaining("standStill");
      value.state = 3;
      Future<?> checkpoint = threads.submit(map::checkpoint);
      late.reached.await();
      late.released.countDown();
      checkpoint.get();

      Files.copy(dir.resolve("x.map"), dir.resolve("image"));
    } finally {
      threads.shutdownNow();
    }
    try (PersistentMap<String, Gated> map = builder().open(dir.resolve("image"))) {
      assertThat(Objects.requireNonNull(map.get("key")).state).isEqualTo(3);
    }
  }
}
