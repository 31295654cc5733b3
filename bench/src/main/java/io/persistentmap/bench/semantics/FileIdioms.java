package io.persistentmap.bench.semantics;

import java.util.List;

/** The rows about files and processes. */
final class FileIdioms {
  /** Long enough for MVStore's background commit, which comes once a second. */
  private static final long BACKGROUND_COMMIT_MILLIS = 2_000;

  private FileIdioms() {}

  static void addTo(List<Idiom> all) {
    addFiles(all);
  }

  /** What is about files and processes. */
  private static void addFiles(List<Idiom> all) {
    all.add(
        Idiom.of(
                "`Thread.interrupt()` before `put`: stored, and the flag is kept",
                stage -> null,
                (stage, prepared) -> {
                  Thread.currentThread().interrupt();
                  boolean kept;
                  try {
                    stage.map.put("k", "stored");
                    stage.save();
                  } finally {
                    kept = Thread.interrupted();
                  }
                  stage.map.put("flag", kept ? "flag kept" : "flag swallowed");
                },
                stage -> stage.map.get("k") + ", " + stage.map.get("flag"))
            .wanted("stored, flag kept"));
    all.add(
        Idiom.of(
                "`put(k, new Thread())` is refused, since it can't be stored",
                stage -> stage.map.put("k", "old"),
                (stage, prepared) -> {
                  try {
                    stage.map.put("k", new Thread("not stored"));
                  } catch (RuntimeException e) {
                    stage.map.put("refused by", e.getClass().getSimpleName());
                  }
                },
                stage ->
                    stage.map.containsKey("refused by")
                        ? "refused, " + stage.map.get("k")
                        : "accepted")
            .wanted("refused, old")
            .onlyInFiles()
            .note("a map that finds out only when it writes has told the caller that all is well"));
    all.add(
        Idiom.of(
                "kill -9 between `put(a, 2)` and `put(b, 2)`: both are as saved",
                stage -> Idioms.putTwo(stage, 1, 1),
                (stage, prepared) -> {
                  stage.map.put("a", 2);
                  Thread.sleep(BACKGROUND_COMMIT_MILLIS);
                  stage.awaitKill();
                },
                Idioms::getTwo)
            .wanted("1 and 1")
            .onlyInFiles()
            .note(
                "what a crash leaves is for PersistentMap and MapDB the last save. MVStore saves in"
                    + " the background each second, unless `autoCommitDisabled()`. Chronicle Map has"
                    + " no saves"));
    all.add(
        Idiom.of(
                "a value of 1 MB, where 200 bytes are usual",
                stage -> stage.map.put("k", "old"),
                (stage, prepared) -> stage.map.put("k", new byte[1_000_000]),
                stage ->
                    stage.map.get("k") instanceof byte[] bytes ? bytes.length + " bytes" : "none")
            .note("Chronicle Map is told sizes when its file is made"));
    all.add(
        Idiom.of(
                "5,000 entries, where 1,000 were expected",
                stage -> null,
                (stage, prepared) -> {
                  for (int i = 0; i < 5_000; i++) {
                    stage.map.put(i, "v");
                  }
                },
                stage -> stage.map.size())
            .note("Chronicle Map takes more than it was told if it has a `maxBloatFactor`"));
    all.add(
        Idiom.of(
                "an object whose class has one more field in the next process",
                stage -> stage.map.put("k", Customers.create()),
                (stage, prepared) -> {},
                stage -> stage.map.get("k"))
            .wanted("Ada")
            .onlyInFiles()
            .note("the class has no `serialVersionUID`, as most that were not made for a file"));
    all.add(
        Idiom.of(
                "a second process that opens it is refused",
                Idioms::putList,
                (stage, prepared) -> {},
                Stage::openElsewhere)
            .wanted("refused")
            .onlyInFiles()
            .note("processes may share a Chronicle Map: it is made for that"));
  }
}
