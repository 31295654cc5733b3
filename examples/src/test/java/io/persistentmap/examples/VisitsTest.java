package io.persistentmap.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a list of a type with arguments grows in the map, from process to process. */
final class VisitsTest {
  @TempDir Path directory;
  @TempDir Path outputs;

  @Test
  void visits_runTwice_oneMore() throws Exception {
    Program.Result first = Program.run(directory, outputs, Visits.class);
    Program.Result second = Program.run(directory, outputs, Visits.class);
    assertThat(first.err()).isEmpty();
    assertThat(first.out().lines()).containsExactly("1833-06-05: the engine");
    assertThat(second.err()).isEmpty();
    assertThat(second.out().lines())
        .containsExactly("1833-06-05: the engine", "1833-06-06: the engine");
  }
}
