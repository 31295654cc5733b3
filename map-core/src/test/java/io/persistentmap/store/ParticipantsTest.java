package io.persistentmap.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.index.OverdueKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Guards that all participants of a checkpoint are told of each of its steps. */
final class ParticipantsTest {
  private final List<String> heard = new ArrayList<>();
  private final Participants participants = new Participants();

  @Test
  void help_ofThreadThatWaits_toldOfItsEnd() {
    participants.add(new Heard("a", true));
    participants.add(new Heard("b", true));
    HeapValues.Help help = participants.help();
    help.help();
    help.end();
    assertThat(heard).containsExactly("a help", "b help", "a end of help", "b end of help");
  }

  @Test
  void cut_oneIsNotComplete_noneIsCut() {
    participants.add(new Heard("a", true));
    participants.add(new Heard("b", false));
    participants.begin();
    assertThat(participants.cut()).isFalse();
    assertThat(heard).containsExactly("a begin", "b begin");
  }

  @Test
  void write_several_figuresAreAdded() {
    participants.add(new Heard("a", true));
    participants.add(new Heard("b", true));
    participants.begin();
    HeapValues.Written written = participants.write(OverdueKeys.NONE);
    assertThat(written).isEqualTo(new HeapValues.Written(4, 2, Duration.ofMillis(6)));
    assertThat(participants.cut()).isTrue();
    assertThat(heard).containsExactly("a begin", "b begin", "a cut", "b cut");
  }

  /** Notes what it is told. */
  private final class Heard implements HeapValues {
    private final String name;
    private final boolean complete;

    Heard(String name, boolean complete) {
      this.name = name;
      this.complete = complete;
    }

    @Override
    public void begin() {
      heard.add(name + " begin");
    }

    @Override
    public Written write(OverdueKeys leftOut) {
      return new Written(2, 1, Duration.ofMillis(3));
    }

    @Override
    public Class<?> writingClass() {
      return Heard.class;
    }

    @Override
    public Written writeRest() {
      return write(OverdueKeys.NONE);
    }

    @Override
    public void sectionsWereInside() {
      heard.add(name + " sections");
    }

    @Override
    public boolean isComplete() {
      return complete;
    }

    @Override
    public void cut() {
      heard.add(name + " cut");
    }

    @Override
    public void end() {
      heard.add(name + " end");
    }

    @Override
    public Help help() {
      return new Help() {
        @Override
        public void help() {
          heard.add(name + " help");
        }

        @Override
        public void end() {
          heard.add(name + " end of help");
        }
      };
    }

    @Override
    public void drop() {
      heard.add(name + " drop");
    }
  }
}
