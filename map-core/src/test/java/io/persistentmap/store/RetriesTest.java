package io.persistentmap.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import io.persistentmap.log.StoreHealth;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

/** Guards what becomes of failures that no caller is told of, and of a thread that meets them. */
@Timeout(30)
final class RetriesTest {
  private final Path path = Path.of("a store");
  private final List<String> told = new ArrayList<>();
  private final Retries retries = new Retries(path, "the work", this::logger);
  private boolean loggerFails;

  private Logger logger() {
    if (loggerFails) {
      throw new OutOfMemoryError("injected");
    }
    return (Logger)
        Proxy.newProxyInstance(
            Logger.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              told.add(method.getName() + " " + arguments[0]);
              return null;
            });
  }

  @Test
  void failed_manyTimes_toldOnceOfEachKindAndOnceOfSuccess() {
    for (int i = 0; i < 5; i++) {
      retries.failed(new DiskFullException("full"));
      retries.failed(new OutOfMemoryError());
    }
    retries.succeeded();
    retries.succeeded();
    retries.failed(new DiskFullException("full again"));
    assertThat(told)
        .containsExactly(
            "warn a store: the work failed, and is tried again",
            "warn a store: the work failed, and is tried again",
            "info a store: the work works again",
            "warn a store: the work failed, and is tried again");
  }

  @Test
  void failed_loggerFails_toldTheNextTime() {
    loggerFails = true;
    retries.failed(new OutOfMemoryError());
    loggerFails = false;
    retries.failed(new OutOfMemoryError());
    retries.failed(new OutOfMemoryError());
    assertThat(told).hasSize(1);
  }

  @Test
  void pause_growsToABoundAndEndsWithSuccess() {
    assertThat(retries.pauseNanos()).isZero();
    long last = 0;
    for (int i = 0; i < 4; i++) {
      retries.failed(new DiskFullException("full"));
      assertThat(retries.pauseNanos()).isGreaterThan(last);
      last = retries.pauseNanos();
    }
    for (int i = 0; i < 100; i++) {
      retries.failed(new DiskFullException("full"));
    }
    assertThat(retries.pauseNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(5));
    retries.succeeded();
    assertThat(retries.pauseNanos()).isZero();
  }

  @Test
  void mayPass_eachKind() {
    assertThat(Retries.mayPass(new ResourceExhaustedException("x"))).isTrue();
    assertThat(Retries.mayPass(new DiskFullException("x"))).isTrue();
    assertThat(Retries.mayPass(new FileAccessException("x"))).isTrue();
    assertThat(Retries.mayPass(new OutOfMemoryError())).isTrue();
    assertThat(Retries.mayPass(new StorageFailureException("x"))).isFalse();
    assertThat(Retries.mayPass(new NullPointerException())).isFalse();
  }

  // ---- a thread that meets them ----------------------------------------------------------------

  private final StoreHealth health = new StoreHealth(path);
  private final BlockingQueue<Integer> runs = new LinkedBlockingQueue<>();

  private BackgroundWorker failing(int times, Throwable failure) {
    return new BackgroundWorker(
        "test",
        () -> {
          int run = runs.size() + 1;
          runs.add(run);
          if (run <= times) {
            RetriesTest.<RuntimeException>sneak(failure);
          }
        },
        health);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }

  @Test
  void worker_failuresThatPass_triesAgainByItself() throws Exception {
    BackgroundWorker worker = failing(3, new OutOfMemoryError("injected"));
    worker.signal();
    while (runs.size() < 4) {
      Thread.sleep(5);
    }
    Thread.sleep(100);
    assertThat(runs).as("no run after the one that succeeded").hasSize(4);
    worker.close();
    health.check();
  }

  @Test
  void worker_signalDuringThePause_triesAgainAtOnce() throws Exception {
    BackgroundWorker worker = failing(8, new DiskFullException("injected"));
    for (int i = 1; i <= 9; i++) {
      worker.signal();
      worker.awaitIdle();
    }
    assertThat(runs).hasSizeGreaterThanOrEqualTo(9);
    worker.close();
    health.check();
  }

  @Test
  void worker_closedDuringThePause_ends() throws Exception {
    BackgroundWorker worker = failing(1_000, new DiskFullException("injected"));
    for (int i = 1; i <= 12; i++) { // until the pause is long
      worker.signal();
      worker.awaitIdle();
    }
    long begin = System.nanoTime();
    worker.close();
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(2));
  }

  @Test
  void worker_otherFailure_failsTheStoreAndDoesNotTryAgain() throws Exception {
    BackgroundWorker worker = failing(1_000, new IllegalStateException("injected"));
    worker.signal();
    worker.awaitIdle();
    Thread.sleep(100);
    assertThat(runs).hasSize(1);
    assertThat(health.hasFailed()).isTrue();
    worker.close();
  }
}
