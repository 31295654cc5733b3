package io.persistentmap.bench.semantics;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one map did with one idiom.
 *
 * @param live what was seen in the same process; null if that was killed
 * @param closed what closing threw, where it hung; null if it closed
 * @param reopened what was seen in the next process; null if there was none
 */
record Outcome(@Nullable Answer live, @Nullable Answer closed, @Nullable Answer reopened) {
  static final String RIGHT = "yes";
  static final String NOT_APPLICABLE = "–";

  /** Says it in a word or a few. */
  String word(Idiom idiom, Set<String> wanted) {
    if (live != null && !seen(live, wanted)) {
      return fault(idiom, live);
    }
    if (closed != null) {
      return "close " + fault(idiom, closed);
    }
    if (reopened == null) {
      return live == null ? NOT_APPLICABLE : RIGHT;
    }
    if (seen(reopened, wanted)) {
      return RIGHT;
    }
    if (live == null) {
      return fault(idiom, reopened);
    }
    if (!reopened.is(Answer.Kind.SEEN)) {
      return fault(idiom, reopened) + " after restart";
    }
    return "until restart";
  }

  /** Returns what the word doesn't tell: messages, where it hangs; or the empty string. */
  String detail(Idiom idiom) {
    if (live != null && live.is(Answer.Kind.THROWN)) {
      return live.detail().contains(" ") ? live.detail() : ""; // not the name of an argument
    }
    if (live != null && !live.is(Answer.Kind.SEEN)) {
      return live.detail();
    }
    if (closed != null) {
      return "close " + fault(idiom, closed) + ": " + closed.detail();
    }
    if (reopened == null || reopened.is(Answer.Kind.SEEN)) {
      return "";
    }
    return reopened.detail();
  }

  private static boolean seen(Answer answer, Set<String> wanted) {
    return answer.is(Answer.Kind.SEEN) && wanted.contains(answer.text());
  }

  private static String fault(Idiom idiom, Answer answer) {
    return switch (answer.kind()) {
      case HANGS -> "hangs";
      case DIED -> "kills the JVM";
      case THROWN -> "throws " + answer.text();
      case SEEN -> {
        if (answer.text().equals(idiom.lost())) {
          yield "lost";
        }
        yield switch (answer.text()) {
          case "null" -> "gone";
          case "false" -> "no";
          default ->
              answer.text().startsWith("[") || answer.text().startsWith("{")
                  ? "`" + answer.text() + "`"
                  : answer.text();
        };
      }
    };
  }
}
