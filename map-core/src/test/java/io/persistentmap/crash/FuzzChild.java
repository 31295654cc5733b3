package io.persistentmap.crash;

import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.platform.MemoryFileSystem;
import io.persistentmap.platform.PatchedBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Opens damaged stores, one after the other, in a small heap, and says what became of them: "done N
 * outcome" after some, "VIOLATION ..." for what must not be, and ends itself when a case takes too
 * long.
 *
 * <p>Arguments: a directory of its own, the seed, the first case, and how many of them at most. The
 * bytes of a case depend on the identity of stores that are made anew each time, so the files of a
 * violation are kept in that directory.
 */
final class FuzzChild {
  static final int HANGS = 5;
  private static final long MOST_MILLIS = 20_000;
  private static final int REPORT_EVERY = 1000;
  private static final int LARGE_EVERY = 64;
  private static final int MOST_KEPT = 3;

  private final Path directory;
  private final long seed;
  private final List<FuzzCorpus.Base> small;
  private final List<FuzzCorpus.Base> large;
  private final Map<FuzzCorpus.Base, StoreMutator> mutators = new HashMap<>();
  private final Map<String, Integer> signatures = new HashMap<>();
  private final Map<String, Integer> outcomes = new HashMap<>();

  /** The case at work, and since when; 0 if none. */
  private volatile long current;

  private volatile long since;

  private FuzzChild(Path directory, long seed) throws IOException {
    this.directory = directory;
    this.seed = seed;
    this.small = FuzzCorpus.small(directory);
    this.large = FuzzCorpus.large(directory);
    List<FuzzCorpus.Base> strangers =
        FuzzCorpus.small(Files.createDirectory(directory.resolve("strangers")));
    List<FuzzCorpus.Base> all = new ArrayList<>(small);
    all.addAll(large);
    for (int i = 0; i < all.size(); i++) {
      mutators.put(all.get(i), new StoreMutator(all.get(i), strangers.get(i % strangers.size())));
    }
  }

  public static void main(String[] arguments) throws IOException {
    ChildJvm.endWithParent();
    FuzzChild child = new FuzzChild(Path.of(arguments[0]), Long.parseLong(arguments[1]));
    child.watch();
    long first = Long.parseLong(arguments[2]);
    long count = Long.parseLong(arguments[3]);
    System.out.println("ready");
    for (long number = first; number < first + count; number++) {
      child.run(number);
      if ((number - first) % REPORT_EVERY == REPORT_EVERY - 1) {
        child.report(number + 1);
      }
    }
    child.report(first + count);
    System.out.println("end");
  }

  private void watch() {
    Thread watch =
        new Thread(
            () -> {
              while (true) {
                long start = since;
                if (start != 0 && System.nanoTime() - start > MOST_MILLIS * 1_000_000) {
                  System.out.println("VIOLATION case " + current + " takes too long");
                  Runtime.getRuntime().halt(HANGS);
                }
                pause();
              }
            },
            "watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(long number) {
    StringBuilder line = new StringBuilder("done " + number);
    outcomes.forEach(
        (outcome, count) -> line.append('|').append(outcome).append('=').append(count));
    outcomes.clear();
    System.out.println(line);
  }

  private void run(long number) throws IOException {
    SplittableRandom random = new SplittableRandom(seed ^ (number * 0x9e3779b97f4a7c15L));
    List<FuzzCorpus.Base> bases = random.nextInt(LARGE_EVERY) == 0 ? large : small;
    FuzzCorpus.Base base = bases.get(random.nextInt(bases.size()));
    StoreMutator.Mutant mutant = Objects.requireNonNull(mutators.get(base)).mutate(random);
    current = number;
    since = System.nanoTime();
    String outcome;
    try {
      outcome = open(base, mutant);
    } catch (Throwable e) {
      outcome = "violation";
      violation(number, base, mutant, e);
    }
    since = 0;
    outcomes.merge(outcome, 1, Integer::sum);
  }

  private String open(FuzzCorpus.Base base, StoreMutator.Mutant mutant) throws IOException {
    MemoryFileSystem files = new MemoryFileSystem();
    mutant.files().forEach(files::put);
    Path file = place(mutant.files());
    try (PersistentMap<String, Object> map =
        FaultInjection.into(
                PersistentMap.builder(String.class, Object.class).readOnly(true).cacheBytes(0),
                files)
            .open(file)) {
      return read(map, base.expected(), mutant.repaired());
    } catch (PersistentMapException e) {
      requireMessage(e);
      return "refused at opening";
    }
  }

  private static String read(
      PersistentMap<String, Object> map, Map<String, Object> expected, boolean repaired) {
    Map<String, Object> found = new HashMap<>();
    boolean refused = false;
    for (String key : expected.keySet()) {
      try {
        Object value = map.get(key);
        if (!repaired && !expected.get(key).equals(value)) {
          throw new AssertionError(key + " is " + value);
        }
      } catch (PersistentMapException e) {
        requireMessage(e);
        refused = true;
      }
    }
    try {
      map.forEach(found::put);
      if (!repaired && !found.equals(expected)) {
        throw new AssertionError("found " + found.keySet());
      }
    } catch (PersistentMapException e) {
      requireMessage(e);
      refused = true;
    }
    return refused ? "refused at reading" : repaired ? "opened, checks were right" : "right";
  }

  private static void requireMessage(PersistentMapException e) {
    if (e.getMessage() == null || e.getMessage().length() < 20) {
      throw new AssertionError("says nothing", e);
    }
  }

  /** Opening looks whether files are there; their bytes come from memory. */
  private Path place(Map<String, PatchedBytes> files) throws IOException {
    Path place = directory.resolve("with " + files.keySet());
    if (!Files.exists(place)) {
      Files.createDirectory(place);
      for (String name : files.keySet()) {
        Files.createFile(place.resolve(name));
      }
    }
    return place.resolve(FuzzCorpus.NAME);
  }

  private void violation(
      long number, FuzzCorpus.Base base, StoreMutator.Mutant mutant, Throwable failure)
      throws IOException {
    StackTraceElement[] stack = failure.getStackTrace();
    String where = stack.length == 0 ? "" : stack[0].toString();
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().startsWith("io.persistentmap.")
          && !frame.getClassName().contains(".crash.")) {
        where = frame.toString();
        break;
      }
    }
    String signature = failure.getClass().getName() + " at " + where;
    if (signatures.merge(signature, 1, Integer::sum) > MOST_KEPT) {
      return;
    }
    Path kept = Files.createDirectories(directory.resolve("violations").resolve("case-" + number));
    for (Map.Entry<String, PatchedBytes> file : mutant.files().entrySet()) {
      Files.write(kept.resolve(file.getKey()), file.getValue().read(0, file.getValue().size()));
    }
    System.out.println(
        "VIOLATION case "
            + number
            + " of "
            + base.name()
            + ", "
            + mutant.what()
            + ": "
            + failure
            + " at "
            + where
            + "; kept in "
            + kept);
  }
}
