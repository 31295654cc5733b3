package io.persistentmap.crash;

import io.persistentmap.platform.FileSystem;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** A system call that does not begin until it is let go: the first one of its kind once armed. */
final class HeldCall {
  private final Set<String> operations;
  private final AtomicBoolean armed = new AtomicBoolean();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  /** Holds none yet. */
  HeldCall(Set<String> operations) {
    this.operations = operations;
  }

  /** Returns system calls of which it is one. */
  FaultyFileSystem of(FileSystem real) {
    return FaultyFileSystem.with(
        real,
        (number, call) -> {
          if (operations.contains(call.operation()) && armed.compareAndSet(true, false)) {
            reached.countDown();
            released.await();
          }
          return null;
        });
  }

  /** Holds the next call. */
  void arm() {
    armed.set(true);
  }

  /** Waits until the call is held. */
  void await() throws InterruptedException {
    reached.await();
  }

  /** Lets it go on. */
  void release() {
    released.countDown();
  }
}
