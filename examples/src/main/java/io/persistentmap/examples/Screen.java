package io.persistentmap.examples;

import io.persistentmap.Recovery;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a person reads: text on stdout, and on a terminal a progress bar on stderr.
 *
 * @param out the text
 * @param barColumns width of the terminal that the bar is drawn on, or 0 for no bar
 */
record Screen(PrintStream out, int barColumns) {

  /** Prints one line. */
  void line(String format, Object... arguments) {
    out.println(format(format, arguments));
  }

  /** Prints a title with an empty line above. */
  void title(String title) {
    out.println();
    out.println(Ansi.AUTO.string("@|bold " + title + "|@"));
  }

  /** Starts to tell how far a task of that many steps is. */
  Progress progress(String task, int steps) {
    return Progress.start(this, task, steps);
  }

  /** Formats as everywhere, whatever the locale. */
  static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** Returns a time with a unit that suits it. */
  static String time(Duration time) {
    double micros = time.toNanos() / 1e3;
    if (micros < 1e3) {
      return format("%.0f us", micros);
    }
    return micros < 1e6 ? format("%.1f ms", micros / 1e3) : format("%.1f s", micros / 1e6);
  }

  /** Returns what a map was read from, in words. */
  static String source(Recovery recovery) {
    return recovery.source().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Returns the time since a moment of {@link System#nanoTime}. */
  static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
