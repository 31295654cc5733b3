package io.persistentmap.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A child that is a {@link NamesWorker}. */
final class NamesProcess implements AutoCloseable {
  private final ChildJvm child;
  private final BlockingQueue<String> answers;

  private NamesProcess(ChildJvm child, BlockingQueue<String> answers) {
    this.child = child;
    this.answers = answers;
  }

  static NamesProcess start(String... jvmOptions) throws IOException {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    List<String> options = new ArrayList<>(List.of("-Xmx256m"));
    options.addAll(List.of(jvmOptions));
    return new NamesProcess(
        ChildJvm.start(NamesWorker.class, options, List.of(), answers::add), answers);
  }

  /** Performs a command there. */
  String perform(String... command) throws IOException, InterruptedException {
    child.send(NamesWorker.line(command));
    String answer = answers.poll(ChildJvm.PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer to " + List.of(command) + ": " + child.report());
    }
    return answer;
  }

  /** Ends it by SIGKILL. */
  void kill() throws InterruptedException {
    child.kill();
  }

  @Override
  public void close() throws IOException {
    child.close();
  }
}
