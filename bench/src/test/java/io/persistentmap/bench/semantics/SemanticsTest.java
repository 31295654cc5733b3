package io.persistentmap.bench.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that the idioms of HashMap work with PersistentMap, and that docs/semantics.md says so.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SemanticsTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", "")).resolve("../docs/semantics.md");

  /** Generous: nothing hangs, but the machine may be busy. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final List<String> words = new ArrayList<>();
  private final List<String> wordsOfConcurrentHashMap = new ArrayList<>();

  @BeforeAll
  void run(@TempDir Path directory) throws Exception {
    List<Contender> contenders =
        List.of(Contender.PERSISTENT_MAP, Contender.HASH_MAP, Contender.CONCURRENT_HASH_MAP);
    Table table = Semantics.compare(contenders, directory, LIMIT);
    for (int row = 0; row < Idioms.ALL.size(); row++) {
      words.add(table.word(Contender.PERSISTENT_MAP, row));
      wordsOfConcurrentHashMap.add(table.word(Contender.CONCURRENT_HASH_MAP, row));
    }
  }

  @Test
  void eachIdiom_persistentMap_isRightHereAndInTheNextProcess() {
    List<String> wrong = new ArrayList<>();
    for (int row = 0; row < Idioms.ALL.size(); row++) {
      Idiom idiom = Idioms.ALL.get(row);
      String word = words.get(row);
      if (!word.equals(idiom.decided() == null ? Outcome.RIGHT : idiom.decided())) {
        wrong.add(idiom.code() + ": " + word);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void decidedThrows_persistentMap_isAsConcurrentHashMap() {
    for (int row = 0; row < Idioms.ALL.size(); row++) {
      if (words.get(row).startsWith("throws")) {
        assertThat(words.get(row))
            .as(Idioms.ALL.get(row).code())
            .isEqualTo(wordsOfConcurrentHashMap.get(row));
      }
    }
  }

  @Test
  void page_rows_areThoseOfTheProgram() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int row = 0; row < Idioms.ALL.size(); row++) {
      rows.add(Idioms.ALL.get(row).code() + " | " + words.get(row));
    }
    assertThat(rowsOfPage())
        .as("docs/semantics.md is out of date: run ./benchmark semantics --record")
        .isEqualTo(rows);
  }

  /** Returns the first two columns: the idiom, and PersistentMap's word. */
  private static List<String> rowsOfPage() throws IOException {
    String page = Files.readString(PAGE);
    String table = page.substring(page.indexOf(Semantics.BEGIN), page.indexOf(Semantics.END));
    try (Stream<String> lines = table.lines()) {
      return lines
          .filter(line -> line.startsWith("| "))
          .skip(1) // the titles
          .map(line -> line.substring(2).split(" \\| "))
          .map(cells -> cells[0] + " | " + cells[1])
          .toList();
    }
  }
}
