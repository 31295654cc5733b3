package io.persistentmap.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guards that the stress test would notice a state that never was. */
final class HistoryTest {
  private final History history = new History();

  @BeforeEach
  void change() {
    history.restart(Map.of(1, 10L, 2, 20L));
    history.begin(1, 11L);
    history.begin(2, History.ABSENT);
    history.begin(3, 30L);
    history.begin(3, History.ABSENT);
    history.done();
    history.begin(2, 21L);
  }

  @Test
  void find_stateBetween_foundWithAmbiguity() {
    assertThat(history.find(Map.of(1, 10L, 2, 20L), 0, 5)).isEqualTo(new History.Prefix(0, 0));
    assertThat(history.find(Map.of(1, 11L), 0, 5)).isEqualTo(new History.Prefix(2, 4));
    assertThat(history.find(Map.of(1, 11L, 2, 21L), 4, 5)).isEqualTo(new History.Prefix(5, 5));
  }

  @Test
  void find_laterChangeWithoutEarlier_refused() {
    assertThatThrownBy(() -> history.find(Map.of(1, 10L), 0, 5))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("never was");
    assertThatThrownBy(() -> history.find(Map.of(1, 10L, 3, 30L), 0, 5))
        .hasMessageContaining("different in all: 1");
  }

  @Test
  void find_changeDoneBeforeTheCheckpointMissing_refused() {
    assertThatThrownBy(() -> history.find(Map.of(1, 11L, 2, 20L), 4, 5))
        .hasMessageContaining("never was");
  }

  @Test
  void find_changeBegunAfterTheCheckpointThere_refused() {
    assertThatThrownBy(() -> history.find(Map.of(1, 11L, 2, 21L), 0, 4))
        .hasMessageContaining("never was");
  }

  @Test
  void find_afterClear_onlyWhatCameLater() {
    history.beginClear();
    history.begin(7, 70L);
    assertThat(history.find(Map.of(7, 70L), 0, 7)).isEqualTo(new History.Prefix(7, 7));
    assertThatThrownBy(() -> history.find(Map.of(7, 70L, 1, 11L), 0, 7))
        .hasMessageContaining("never was");
  }

  @Test
  void times_doneAndBegun_countedInOrder() {
    assertThat(history.doneCount()).isEqualTo(4);
    assertThat(history.begunCount()).isEqualTo(5);
    assertThat(history.begunNanos(5)).isLessThanOrEqualTo(System.nanoTime());
    assertThat(history.doneNanos(3)).isLessThanOrEqualTo(System.nanoTime());
    assertThat(history.doneNanos(4)).isEqualTo(Long.MAX_VALUE);
    assertThat(history.begunNanos(0)).isEqualTo(Long.MIN_VALUE);
  }
}
