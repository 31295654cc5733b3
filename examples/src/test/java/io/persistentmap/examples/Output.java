package io.persistentmap.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A screen without a terminal, to be read afterwards. */
final class Output {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Screen screen = new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8), 0);

  Screen screen() {
    return screen;
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
