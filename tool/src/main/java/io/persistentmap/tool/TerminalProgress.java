package io.persistentmap.tool;

import io.persistentmap.inspect.Progress;
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

/** A bar on stderr for each part of a task; it vanishes in the end. */
final class TerminalProgress implements Progress, AutoCloseable {
  private static final int UPDATE_MILLIS = 100;

  private final int columns;
  private @Nullable ProgressBar bar;

  TerminalProgress(int columns) {
    this.columns = columns;
  }

  @Override
  public void begin(String task, long total) {
    close();
    // The locale's encoding; System.err would write question marks for what that can't express.
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "US-ASCII"));
    boolean blocks = charset.equals(StandardCharsets.UTF_8);
    PrintStream terminal = new PrintStream(new FileOutputStream(FileDescriptor.err), true, charset);
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(blocks ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .continuousUpdate()
            .clearDisplayOnFinish()
            .setConsumer(new Line(terminal, columns - 1))
            .build();
  }

  @Override
  public void advance(long amount) {
    if (bar != null) {
      bar.stepBy(amount);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
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
