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
import java.util.random.RandomGenerator;

/**
 * Opens damaged stores, one after the other, in a small heap, and says what became of them: "done N
 * outcome" after some, "VIOLATION ..." for what must not be, and ends itself when a case takes too
 * long.
 *
 * <p>Arguments: a directory of its own, one for the files of violations (the bytes of a case depend
 * on the identity of stores that are made anew each time), the seed, the first case, how many of
 * them at most, and "random", or "single" for one damaged byte, length or sector after the other,
 * spread over all of them.
 */
final class FuzzChild {
  static final int HANGS = 5;
  private static final long MOST_MILLIS = 20_000;
  private static final int REPORT_EVERY = 1000;
  private static final int HEAVY_EVERY = 50;
  private static final int HEAVY_BYTES = 1 << 20;
  private static final int MOST_KEPT = 3;

  private final Path directory;
  private final Path kept;
  private final long seed;
  private final List<FuzzCorpus.Base> light = new ArrayList<>();

  /** Those that take long to read. */
  private final List<FuzzCorpus.Base> heavy = new ArrayList<>();

  private final Map<FuzzCorpus.Base, StoreMutator> mutators = new HashMap<>();
  private final Map<String, Integer> signatures = new HashMap<>();
  private final Map<String, Integer> outcomes = new HashMap<>();

  private int unreported;

  /** The case at work, and since when; 0 if none. */
  private volatile long current;

  private volatile long since;

  FuzzChild(Path directory, Path kept, long seed) throws IOException {
    this.directory = directory;
    this.kept = kept;
    this.seed = seed;
    List<FuzzCorpus.Base> strangers =
        FuzzCorpus.small(Files.createDirectory(directory.resolve("strangers")));
    List<FuzzCorpus.Base> all = new ArrayList<>(FuzzCorpus.small(directory));
    all.addAll(FuzzCorpus.tiny(directory));
    all.addAll(FuzzCorpus.large(directory));
    for (FuzzCorpus.Base base : all) {
      FuzzCorpus.Base stranger = strangers.get(mutators.size() % strangers.size());
      mutators.put(base, new StoreMutator(base, stranger));
      (base.bytes() > HEAVY_BYTES ? heavy : light).add(base);
    }
  }

  public static void main(String[] arguments) throws IOException {
    ChildJvm.endWithParent();
    FuzzChild child =
        new FuzzChild(Path.of(arguments[0]), Path.of(arguments[1]), Long.parseLong(arguments[2]));
    child.watch();
    long first = Long.parseLong(arguments[3]);
    long count = Long.parseLong(arguments[4]);
    SigkillChild.say("ready");
    if (arguments[5].equals("single")) {
      child.runSingles(count);
    } else {
      for (long number = first; number < first + count; number++) {
        child.runRandom(number);
      }
    }
    child.report();
    SigkillChild.say("end");
  }

  private void runRandom(long number) throws IOException {
    run(number, random(number));
  }

  /** Runs a case of which somebody decides each step. */
  void run(long number, RandomGenerator random) throws IOException {
    List<FuzzCorpus.Base> bases = random.nextInt(HEAVY_EVERY) == 0 ? heavy : light;
    FuzzCorpus.Base base = bases.get(random.nextInt(bases.size()));
    run(number, base, mutator(base).mutate(random));
  }

  /** All of them, or so many, spread evenly. */
  private void runSingles(long count) throws IOException {
    List<FuzzCorpus.Base> bases = FuzzCorpus.tiny(directory);
    bases.forEach(base -> mutators.put(base, new StoreMutator(base, base)));
    long total = bases.stream().mapToLong(base -> mutator(base).single()).sum();
    long step = Math.max(1, total / count);
    long next = Math.floorMod(seed, step);
    for (FuzzCorpus.Base base : bases) {
      int cases = mutator(base).single();
      for (; next < cases; next += step) {
        run(next, base, mutator(base).single((int) next, random(next)));
      }
      next -= cases;
    }
  }

  private StoreMutator mutator(FuzzCorpus.Base base) {
    return Objects.requireNonNull(mutators.get(base));
  }

  private SplittableRandom random(long number) {
    return new SplittableRandom(seed ^ (number * 0x9e3779b97f4a7c15L));
  }

  void watch() {
    Thread watch =
        new Thread(
            () -> {
              while (true) {
                long start = since;
                if (start != 0 && System.nanoTime() - start > MOST_MILLIS * 1_000_000) {
                  SigkillChild.say("VIOLATION case " + current + " takes too long");
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

  private void report() {
    StringBuilder line = new StringBuilder("done");
    outcomes.forEach(
        (outcome, count) -> line.append('|').append(outcome).append('=').append(count));
    outcomes.clear();
    unreported = 0;
    SigkillChild.say(line.toString());
  }

  private void run(long number, FuzzCorpus.Base base, StoreMutator.Mutant mutant)
      throws IOException {
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
    if (++unreported == REPORT_EVERY) {
      report();
    }
  }

  private String open(FuzzCorpus.Base base, StoreMutator.Mutant mutant) throws IOException {
    MemoryFileSystem files = new MemoryFileSystem();
    mutant.files().forEach(files::put);
    Path file = place(mutant.files());
    try (PersistentMap<String, Object> map =
        FaultInjection.into(
                PersistentMap.builder(String.class, Object.class)
                    .allowPackage("io.persistentmap")
                    .readOnly(true)
                    .cacheBytes(0),
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
    Path place = Files.createDirectories(kept.resolve("case-" + number + "-" + System.nanoTime()));
    for (Map.Entry<String, PatchedBytes> file : mutant.files().entrySet()) {
      Files.write(place.resolve(file.getKey()), file.getValue().read(0, file.getValue().size()));
    }
    SigkillChild.say(
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
            + place);
  }
}
