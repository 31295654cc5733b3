package io.persistentmap.examples;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Tells how far a task is: a bar that vanishes in the end, or a line at each quarter. */
final class Progress implements AutoCloseable {
  private static final int LINES = 4;
  private static final int UPDATE_MILLIS = 100;

  private final Screen screen;
  private final String task;
  private final int steps;
  private final @Nullable ProgressBar bar;
  private int done;

  private Progress(Screen screen, String task, int steps, @Nullable ProgressBar bar) {
    this.screen = screen;
    this.task = task;
    this.steps = steps;
    this.bar = bar;
  }

  static Progress start(Screen screen, String task, int steps) {
    return new Progress(
        screen, task, steps, screen.barColumns() > 0 ? bar(screen, task, steps) : null);
  }

  /** Goes one step further. */
  void step() {
    done++;
    if (bar != null) {
      bar.step();
    } else if (done * LINES / steps > (done - 1) * LINES / steps) {
      screen.line("   %s %,d of %,d", task, done, steps);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    } else {
      screen.line("");
    }
  }

  private static ProgressBar bar(Screen screen, String task, int steps) {
    // The locale's encoding; System.err would write question marks for what that can't express.
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "US-ASCII"));
    boolean blocks = charset.equals(StandardCharsets.UTF_8);
    PrintStream terminal = new PrintStream(new FileOutputStream(FileDescriptor.err), true, charset);
    return new ProgressBarBuilder()
        .setTaskName("   " + task)
        .setInitialMax(steps)
        .setStyle(blocks ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .continuousUpdate()
        .hideEta()
        .clearDisplayOnFinish()
        .setConsumer(new Line(terminal, screen.barColumns() - 1))
        .build();
  }

  /** A line of given width, so that nobody asks the terminal for it; none is left at the end. */
  private static final class Line extends ConsoleProgressBarConsumer {
    private final PrintStream terminal;

    Line(PrintStream terminal, int columns) {
      super(terminal, columns);
      this.terminal = terminal;
    }

    @Override
    public void close() {
      terminal.flush();
    }
  }
}
