package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import io.persistentmap.ValueMode;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Guards {@code closeOnExit()}: the process ends, the maps are closed, and what is lost is told.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CloseOnExitTest {
  @TempDir Path dir;

  private Path file() {
    return dir.resolve("store");
  }

  private String run(int status, String... arguments) throws Exception {
    try (ChildJvm child = ChildJvm.start(ExitChild.class, arguments)) {
      assertThat(child.awaitEnd()).as(child.report()).isEqualTo(status);
      return child.errors();
    }
  }

  private void requireClosedWith(Path file, Map<String, ?> contents) {
    try (PersistentMap<String, Object> map = PersistentMap.open(file, String.class, Object.class)) {
      assertThat(map).isEqualTo(contents);
    }
  }

  @Test
  void exit_lastThreadEnds_closed() throws Exception {
    assertThat(run(0, "end", file().toString())).isEmpty();
    requireClosedWith(file(), Map.of("a", "1"));
  }

  @Test
  void exit_whileAnotherThreadCloses_waitsForIt() throws Exception {
    assertThat(run(0, "second-closer-on-exit", file().toString())).isEmpty();
    requireClosedWith(file(), Map.of("a", "2", "b", "1"));
  }

  /** Guards that a thread which holds a key for ever, in System.exit, keeps nothing from saving. */
  @ParameterizedTest
  @EnumSource(ValueMode.class)
  void exit_insideCompute_closedInTimeWithTheRest(ValueMode values) throws Exception {
    long begin = System.nanoTime();
    run(3, "exit-in-compute", file().toString(), values.name());
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(30);
    requireClosedWith(file(), Map.of("k", List.of("recorded"), "other", List.of("new")));
  }

  /** Guards that a thread which makes a checkpoint for ever, in System.exit, hangs nothing. */
  @Test
  void exit_insideCheckpoint_endsAndTells() throws Exception {
    assertThat(run(3, "exit-in-writing", file().toString())).contains("checkpoint 1 is lost");
    requireClosedWith(file(), Map.of("a", "1"));
  }

  @Test
  void exit_bySigterm_allMapsClosed() throws Exception {
    try (ChildJvm child = ChildJvm.start(ExitChild.class, "wait", file().toString())) {
      child.await("ready");
      child.terminate();
      assertThat(child.awaitEnd()).as(child.report()).isEqualTo(143);
    }
    for (int i = 0; i < 5; i++) {
      requireClosedWith(dir.resolve("store" + i), Map.of("a", i));
    }
  }

  /** Guards that a map which can't be closed is told of, and keeps no other from being closed. */
  @Test
  void exit_oneMapCannotBeClosed_toldAndOthersClosed() throws Exception {
    String errors = run(0, "failing", file().toString());
    assertThat(errors)
        .contains(file() + ": could not be closed", "checkpoint 1 is lost", "injected at");
    requireClosedWith(file(), Map.of("a", "1"));
    requireClosedWith(dir.resolve("sound"), Map.of("a", "1"));
  }

  @Test
  void exit_mapClosedBefore_notTouched() throws Exception {
    assertThat(run(0, "closed-before", file().toString())).isEmpty();
    requireClosedWith(file(), Map.of("a", "1"));
  }

  /** Guards that the hook does not keep maps, nor values, that were closed. */
  @Test
  void closeOnExit_closedMap_isGarbage() throws Exception {
    PersistentMap<String, Object> other =
        PersistentMap.builder(String.class, Object.class)
            .closeOnExit()
            .open(dir.resolve("open all the time"));
    WeakReference<Object> map = openAndClose();
    for (int i = 0; i < 100 && map.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(map.get()).isNull();
    other.close();
  }

  private WeakReference<Object> openAndClose() {
    PersistentMap<String, Object> map =
        PersistentMap.builder(String.class, Object.class).closeOnExit().open(file());
    map.put("a", "1");
    map.close();
    return new WeakReference<>(map);
  }
}
