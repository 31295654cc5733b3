package io.persistentmap.crash;

import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** A process that ends while its maps are open, or being closed. */
final class ExitChild {
  private ExitChild() {}

  /**
   * Runs one scenario.
   *
   * @param args its name, the hash file, and what else it needs
   */
  public static void main(String[] args) throws Exception {
    ChildJvm.endWithParent();
    Path file = Path.of(args[1]);
    switch (args[0]) {
      case "second-closer" -> secondCloser(file, false);
      case "second-closer-on-exit" -> secondCloser(file, true);
      case "exit-in-compute" -> exitInCompute(file, ValueMode.valueOf(args[2]));
      case "exit-in-writing" -> exitInWriting(file);
      case "end" -> open(file).put("a", "1");
      case "wait" -> waitForSignal(file);
      case "failing" -> failing(file);
      case "closed-before" -> closedBefore(file);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static PersistentMapBuilder<String, Object> builder(FileSystem files) {
    return FaultInjection.into(PersistentMap.builder(String.class, Object.class), files);
  }

  private static PersistentMap<String, Object> open(Path file) {
    return builder(FileSystem.ofPlatform()).closeOnExit().open(file);
  }

  /** One thread is writing the checkpoint of its close when the process ends, which closes, too. */
  private static void secondCloser(Path file, boolean ownHook) throws InterruptedException {
    AtomicBoolean slow = new AtomicBoolean();
    CountDownLatch writing = new CountDownLatch(1);
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            FileSystem.ofPlatform(),
            (number, call) -> {
              if (slow.get() && Set.of("write", "fdatasync", "clone").contains(call.operation())) {
                writing.countDown();
                Thread.sleep(300);
              }
              return null;
            });
    PersistentMapBuilder<String, Object> builder = builder(faulty);
    PersistentMap<String, Object> map = (ownHook ? builder.closeOnExit() : builder).open(file);
    map.put("a", "1");
    map.checkpoint();
    map.put("a", "2");
    map.put("b", "1");
    slow.set(true);
    Thread closer = new Thread(map::close, "first closer");
    closer.setDaemon(true);
    closer.start();
    writing.await();
    if (!ownHook) {
      Runtime.getRuntime().addShutdownHook(new Thread(map::close));
    }
    System.exit(0);
  }

  /** The thread that ends the process holds a key, and never gives it back. */
  private static void exitInCompute(Path file, ValueMode values) {
    PersistentMap<String, Object> map =
        builder(FileSystem.ofPlatform())
            .valueMode(values)
            .closeTimeout(Duration.ofMillis(500))
            .closeOnExit()
            .open(file);
    map.put("k", new ArrayList<>(List.of("recorded")));
    map.checkpoint();
    map.put("other", new ArrayList<>(List.of("new")));
    map.compute(
        "k",
        (key, value) -> {
          System.exit(3);
          return "never";
        });
  }

  /** The thread that ends the process is making a checkpoint. */
  private static void exitInWriting(Path file) {
    AtomicBoolean armed = new AtomicBoolean();
    FaultyFileSystem faulty =
        FaultyFileSystem.with(
            FileSystem.ofPlatform(),
            (number, call) -> {
              if (armed.get() && call.operation().equals("write")) {
                System.exit(3);
              }
              return null;
            });
    PersistentMap<String, Object> map = builder(faulty).closeOnExit().open(file);
    map.put("a", "1");
    map.checkpoint();
    map.put("a", "2");
    armed.set(true);
    map.checkpoint();
  }

  private static void waitForSignal(Path file) throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      PersistentMap<String, Object> map = open(file.resolveSibling(file.getFileName() + "" + i));
      map.put("a", i);
    }
    System.out.println("ready");
    new CountDownLatch(1).await();
  }

  private static FaultyFileSystem full(AtomicBoolean full) {
    return FaultyFileSystem.with(
        FileSystem.ofPlatform(),
        (number, call) ->
            full.get() && FaultyFileSystem.SPACE_CALLS.contains(call.operation())
                ? new DiskFullException("injected at " + call)
                : null);
  }

  /** One of two maps can't be closed: not by the program, and not by the hook. */
  private static void failing(Path file) {
    AtomicBoolean full = new AtomicBoolean();
    PersistentMap<String, Object> failing = builder(full(full)).closeOnExit().open(file);
    failing.put("a", "1");
    failing.checkpoint();
    failing.put("a", "2");
    PersistentMap<String, Object> sound = open(file.resolveSibling("sound"));
    sound.put("a", "1");
    full.set(true);
    try {
      failing.close();
    } catch (DiskFullException e) {
      System.out.println("failed first");
    }
  }

  /** The hook has nothing to do with a map that is closed, though it can't be written any more. */
  private static void closedBefore(Path file) {
    AtomicBoolean full = new AtomicBoolean();
    PersistentMap<String, Object> map = builder(full(full)).closeOnExit().open(file);
    map.put("a", "1");
    map.close();
    full.set(true);
    System.exit(0);
  }
}
