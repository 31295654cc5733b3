package io.persistentmap.bench.semantics;

import org.jspecify.annotations.Nullable;

/**
 * A row of the table: a piece of code that works with a HashMap, and how to see whether it did.
 *
 * @param code the row's name
 * @param given what is done and saved before; its result is handed to {@code when}
 * @param when what is tried
 * @param then what can be seen after it, in this process and in the next
 * @param lost what is seen if what was tried had no effect, or null if that can't be told
 * @param wanted what must be seen, or null for what a HashMap or a ConcurrentHashMap shows
 * @param inFiles whether it makes no sense in memory
 * @param decided the word that PersistentMap has in the table by a documented decision, or null
 * @param note what the reader should know, or the empty string
 */
record Idiom(
    String code,
    Given given,
    When when,
    Then then,
    @Nullable String lost,
    @Nullable String wanted,
    boolean inFiles,
    @Nullable String decided,
    String note) {

  /** Prepares. */
  interface Given {
    @Nullable Object prepare(Stage stage) throws Exception;
  }

  /** Tries. */
  interface When {
    void act(Stage stage, @Nullable Object prepared) throws Exception;
  }

  /** Looks. */
  interface Then {
    @Nullable Object observe(Stage stage) throws Exception;
  }

  static Idiom of(String code, Given given, When when, Then then) {
    return new Idiom(code, given, when, then, null, null, false, null, "");
  }

  Idiom lost(String answer) {
    return new Idiom(code, given, when, then, answer, wanted, inFiles, decided, note);
  }

  Idiom wanted(String answer) {
    return new Idiom(code, given, when, then, lost, answer, inFiles, decided, note);
  }

  Idiom onlyInFiles() {
    return new Idiom(code, given, when, then, lost, wanted, true, decided, note);
  }

  Idiom decided(String word) {
    return new Idiom(code, given, when, then, lost, wanted, inFiles, word, note);
  }

  Idiom note(String text) {
    return new Idiom(code, given, when, then, lost, wanted, inFiles, decided, text);
  }
}
