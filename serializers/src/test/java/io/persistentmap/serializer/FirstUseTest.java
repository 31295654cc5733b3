package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FirstUseTest {
  @Test
  void firstUse_freshVirtualMachine_worksAndPrintsNothing() throws Exception {
    Process process = start(FirstUse.class);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output.trim()).isEqualTo("stored");
    assertThat(process.exitValue()).isZero();
  }

  private static Process start(Class<?> program) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classPath = System.getProperty("java.class.path");
    return new ProcessBuilder(java.toString(), "-cp", classPath, program.getName())
        .redirectErrorStream(true)
        .start();
  }
}
