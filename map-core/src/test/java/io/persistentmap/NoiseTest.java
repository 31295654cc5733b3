package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a program without JVM flags sees no line that is not its own. */
final class NoiseTest {
  @TempDir Path dir;

  /** An object that only Kryo can store. */
  static final class Plain {
    String name = "plain";
    List<Integer> numbers = new ArrayList<>(List.of(1, 2, 3));
  }

  /** The program. */
  public static void main(String[] args) {
    try (PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class)
            .allow(Plain.class)
            .open(Path.of(args[0]))) {
      map.put("text", "value");
      map.put("plain", new Plain());
      map.checkpoint();
      System.out.println(map.get("text") + " " + ((Plain) map.get("plain")).numbers);
    }
  }

  @Test
  void open_freshJvmWithoutFlags_nothingOnStderr() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                NoiseTest.class.getName(),
                dir.resolve("noise.map").toString())
            .start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(err).isEmpty();
    assertThat(out.strip()).isEqualTo("value [1, 2, 3]");
  }
}
