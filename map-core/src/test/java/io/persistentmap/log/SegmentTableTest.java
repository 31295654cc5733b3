package io.persistentmap.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.platform.Memory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Guards which free segments give their blocks back, and which keep them for the log. */
final class SegmentTableTest {
  private static final int LARGE_RESERVE = 10;

  private static final Path PATH = Path.of("large.map");

  private final SegmentTable segments = new SegmentTable(PATH);
  private long sequence;

  @Test
  void takeToPunch_imageNeverNamed_takenOnceWhateverTheReserve() {
    Segment unnamed = openImage();
    segments.releaseUnnamedImage(List.of(unnamed.number()));
    assertThat(segments.takeToPunch(LARGE_RESERVE)).isSameAs(unnamed);
    assertThat(segments.takeToPunch(LARGE_RESERVE)).isNull();
    segments.punched(unnamed);
    assertThat(segments.takeToPunch(LARGE_RESERVE)).isNull();
    assertThat(segments.isFree(unnamed.number())).isTrue();
  }

  @Test
  void takeToPunch_imageNamed_takenOnlyBeyondTheReserve() {
    Segment named = openImage();
    segments.releaseImage(List.of(named.number()));
    assertThat(segments.takeToPunch(LARGE_RESERVE)).isNull();
    assertThat(segments.takeToPunch(0)).isSameAs(named);
  }

  @Test
  void takeToPunch_severalFree_neverNamedBeforeHighest() {
    Segment unnamed = openImage();
    Segment named = openImage();
    segments.releaseImage(List.of(named.number()));
    segments.releaseUnnamedImage(List.of(unnamed.number()));
    assertThat(segments.takeToPunch(1)).isSameAs(unnamed);
    assertThat(segments.takeToPunch(1)).isNull();
  }

  @Test
  void takeToPunch_usedByTheLogMeanwhile_notTaken() {
    Segment unnamed = openImage();
    segments.releaseUnnamedImage(List.of(unnamed.number()));
    Segment reused = segments.openLog(++sequence, 1, Memory.empty());
    assertThat(reused).isSameAs(unnamed);
    segments.cleaned(reused);
    segments.beginRelease();
    assertThat(segments.commitRelease(++sequence)).containsExactly(reused.number());
    assertThat(segments.takeToPunch(LARGE_RESERVE)).isNull();
    assertThat(segments.takeToPunch(0)).isSameAs(reused);
  }

  @Test
  void openLog_beyondTheLimit_refusedWithPathAndRemedyAndNothingTaken() {
    Segment first = segments.openLog(++sequence, 1, Memory.empty());
    int tooMany = FileLayout.MAX_SEGMENTS;
    assertThatThrownBy(() -> segments.openLog(++sequence, tooMany, Memory.empty()))
        .isInstanceOf(ResourceExhaustedException.class)
        .hasMessageStartingWith(PATH + ": ")
        .hasMessageContaining("8 TiB")
        .hasMessageContaining("remove entries");
    assertThat(segments.openLog(++sequence, 1, Memory.empty()).number())
        .isEqualTo(first.number() + 1);
  }

  private Segment openImage() {
    return segments.openImage(++sequence);
  }
}
