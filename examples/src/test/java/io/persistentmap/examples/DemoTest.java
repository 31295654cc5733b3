package io.persistentmap.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards what the whole program prints, on which stream, and what it leaves. */
final class DemoTest {
  @TempDir Path outputs;
  @TempDir Path repository;
  @TempDir Path directory;

  @Test
  void run_small_keepsPromiseAndLeavesNothing() throws Exception {
    Jars.repository(repository, 10);
    Program.Result result =
        run("--kills=1", "--seed=7", "--repository=" + repository, directory.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("The seed is 7", "on file system", "OK: 1 kills", "OK: no jar was lost")
        .contains("All promises kept.")
        .doesNotContain("\u001b", "\r");
    assertThat(result.status()).isZero();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void run_missingDirectory_wrongCommandLine() throws Exception {
    Program.Result result = run(directory.resolve("missing").toString());
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("missing: no such directory", "Usage: ./demo");
  }

  private Program.Result run(String... arguments) throws Exception {
    return Program.run(outputs, outputs, Demo.class, arguments);
  }
}
