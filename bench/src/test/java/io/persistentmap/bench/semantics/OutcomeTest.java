package io.persistentmap.bench.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Guards the words of the table: that a map that is wrong is not called right. */
final class OutcomeTest {
  private static final Idiom IDIOM =
      Idiom.of("idiom", stage -> null, (stage, prepared) -> {}, stage -> null).lost("[a]");
  private static final Answer RIGHT = Answer.seen("[a, b]");
  private static final Answer LOST = Answer.seen("[a]");
  private static final Answer THROWN = Answer.thrown(new IllegalStateException("full"));
  private static final Answer HANGS = new Answer(Answer.Kind.HANGS, "", "in a loop");
  private static final Answer DIED = new Answer(Answer.Kind.DIED, "", "");

  @Test
  void word_rightInBoth_yes() {
    assertThat(word(RIGHT, null, RIGHT)).isEqualTo("yes");
  }

  @Test
  void word_wrongInFirst_saysWhat() {
    assertThat(word(LOST, null, LOST)).isEqualTo("lost");
    assertThat(word(Answer.seen(null), null, RIGHT)).isEqualTo("gone");
    assertThat(word(Answer.seen(false), null, RIGHT)).isEqualTo("no");
    assertThat(word(Answer.seen("[c]"), null, RIGHT)).isEqualTo("`[c]`");
    assertThat(word(THROWN, null, RIGHT)).isEqualTo("throws IllegalStateException");
    assertThat(word(HANGS, null, null)).isEqualTo("hangs");
    assertThat(word(DIED, null, null)).isEqualTo("kills the JVM");
  }

  @Test
  void word_wrongAfterwards_saysWhen() {
    assertThat(word(RIGHT, THROWN, RIGHT)).isEqualTo("close throws IllegalStateException");
    assertThat(word(RIGHT, null, LOST)).isEqualTo("until restart");
    assertThat(word(RIGHT, null, THROWN)).isEqualTo("throws IllegalStateException after restart");
  }

  @Test
  void word_killedInFirst_isThatOfTheNext() {
    assertThat(word(null, null, RIGHT)).isEqualTo("yes");
    assertThat(word(null, null, LOST)).isEqualTo("lost");
  }

  private static String word(
      @Nullable Answer live, @Nullable Answer closed, @Nullable Answer reopened) {
    return new Outcome(live, closed, reopened).word(IDIOM, Set.of("[a, b]"));
  }
}
