package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a project with nothing but the installed artifacts runs, on the class path. */
class MainTest {
  private static final String CLASS_PATH =
      Path.of("target", "classes") + File.pathSeparator + Path.of("target", "lib", "*");

  @TempDir Path directory;

  @Test
  void main_runTwice_secondFindsTheCheckpointOfTheFirst() throws Exception {
    assertEquals("visit 1, guests 2", run());
    assertEquals("visit 2, guests 2", run());
  }

  private String run() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    CLASS_PATH,
                    "consumer.Main",
                    directory.resolve("guests.map").toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    return output.strip();
  }
}
