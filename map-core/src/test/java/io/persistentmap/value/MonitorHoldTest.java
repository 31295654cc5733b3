package io.persistentmap.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guards that what was read after the monitor was given up is known not to count. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MonitorHoldTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final MonitorThreads threads = new MonitorThreads(Path.of("x.map"));

  @Test
  void hold_readerEntersTheSameMonitor_counts() {
    Object value = new Object();
    try (MonitorHold hold = threads.hold(value)) {
      assertThat(hold.await(LONG)).isTrue();
      synchronized (value) {
        assertThat(hold.isLost()).isFalse();
      }
    }
  }

  /** The owner of a part wants the value: it gets it, and what was read meanwhile is half. */
  @Test
  void hold_ownerOfPartWantsTheValue_givenUpAndDoesNotCount() throws Exception {
    Object value = new Object();
    Object part = new Object();
    CountDownLatch hasPart = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread owner =
        new Thread(
            () -> {
              synchronized (part) {
                hasPart.countDown();
                await(goOn);
                synchronized (value) {
                  // it changes both
                }
              }
            });
    owner.start();
    hasPart.await();
    try (MonitorHold hold = threads.hold(value)) {
      assertThat(hold.await(LONG)).isTrue();
      goOn.countDown();
      synchronized (part) {
        assertThat(hold.isLost()).isTrue();
      }
    }
    owner.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
