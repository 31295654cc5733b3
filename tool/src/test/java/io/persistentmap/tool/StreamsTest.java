package io.persistentmap.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.persistentmap.PersistentMap;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards what the tool does with stdout and stderr as a process: pipes, full devices, a bar. */
final class StreamsTest {
  /** More bytes than a pipe and all buffers hold. */
  private static final int ENTRIES = 20_000;

  @TempDir Path dir;
  private Path file = Path.of("");

  @BeforeEach
  void fill() {
    file = dir.resolve("x.map");
    try (PersistentMap<String, String> map = PersistentMap.open(file, String.class, String.class)) {
      for (int i = 0; i < ENTRIES; i++) {
        map.put("key " + i, "value " + i);
      }
    }
  }

  private Process start(String columns, ProcessBuilder.Redirect out, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PMAP_COLUMNS", columns);
    builder.redirectOutput(out);
    if (!columns.equals("0")) {
      return builder.redirectErrorStream(true).start();
    }
    return builder.redirectError(dir.resolve("err").toFile()).start();
  }

  private static int end(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void export_readerEnds_quiet() throws Exception {
    Process process = start("0", ProcessBuilder.Redirect.PIPE, "export", file.toString());
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).contains("persistentmap");
    }
    assertThat(end(process)).isEqualTo(ExitCode.READER_GONE);
    assertThat(dir.resolve("err")).isEmptyFile();
  }

  @Test
  void stdout_fullDevice_told() throws Exception {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "there is no /dev/full");
    for (String command : List.of("export", "info")) {
      Process process = start("0", ProcessBuilder.Redirect.to(full), command, file.toString());
      assertThat(end(process)).isEqualTo(ExitCode.DEVICE);
      assertThat(Files.readString(dir.resolve("err"))).startsWith("pmap: stdout: can't be written");
    }
  }

  /** On a terminal both are on one line; the bar is overwritten with spaces before the result. */
  @Test
  void result_withBar_onLineOfItsOwn() throws Exception {
    Path merged = dir.resolve("merged");
    Process process =
        start("80", ProcessBuilder.Redirect.to(merged.toFile()), "verify", file.toString());
    assertThat(end(process)).isZero();
    String text = Files.readString(merged, StandardCharsets.ISO_8859_1);
    String[] written = text.substring(0, text.indexOf(": OK")).split("\r", -1);
    assertThat(written[written.length - 1]).startsWith(file.toString());
    assertThat(written[written.length - 2]).isBlank();
  }
}
