package io.persistentmap.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that the example of a serializer works, and saves what it says. */
final class HandWrittenSerializerTest {
  @TempDir Path directory;
  @TempDir Path outputs;

  @Test
  void main_run_fewerBytesAndRefusalWithoutIt() throws Exception {
    Program.Result result = Program.run(directory, outputs, HandWrittenSerializer.class);

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    List<String> lines = result.out().lines().toList();
    assertThat(lines.get(0)).matches("80\\d\\d bytes by fields, 20\\d\\d by the serializer");
    assertThat(lines.get(1))
        .startsWith("objects of io.persistentmap.examples.Track were written by a serializer")
        .contains("add .serializer(io.persistentmap.examples.Track.class, ...)");
  }
}
