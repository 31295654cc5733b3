package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

/**
 * Works on a map whose files somebody changes meanwhile. It says "ready", and after each line on
 * its standard input it reads everything, changes something, makes a checkpoint, and says "did N",
 * with the last successful checkpoint, or "refused ..."; then "end" after closing. What it reads
 * must be right each time.
 *
 * <p>Arguments: file, snapshot mode.
 */
final class LiveFileChild {
  private static final int ENTRIES = 300;
  private static final int BYTES = 40_000;

  private LiveFileChild() {}

  public static void main(String[] arguments) {
    Scanner in = new Scanner(System.in, "US-ASCII");
    Map<String, String> model = new HashMap<>();
    long checkpoint = 0;
    try (PersistentMap<String, String> map =
        PersistentMap.builder(String.class, String.class)
            .snapshotMode(SnapshotMode.valueOf(arguments[1]))
            .closeMode(CloseMode.DISCARD)
            .cacheBytes(0)
            .open(Path.of(arguments[0]))) {
      for (int i = 0; i < ENTRIES; i++) {
        put(map, model, "key " + i, value(i));
      }
      checkpoint = map.checkpoint().number();
      SigkillChild.say("did " + checkpoint);
      while (in.hasNextLine() && in.nextLine().equals("go on")) {
        checkpoint = goOn(map, model, checkpoint);
      }
    } catch (PersistentMapException e) {
      SigkillChild.say("refused " + e);
    }
    SigkillChild.say("end");
  }

  private static long goOn(
      PersistentMap<String, String> map, Map<String, String> model, long checkpoint) {
    for (int i = 0; i < ENTRIES; i++) {
      String key = "key " + i;
      try {
        if (!model.getOrDefault(key, "").equals(map.get(key))) {
          SigkillChild.say("WRONG " + key);
        }
      } catch (PersistentMapException e) {
        SigkillChild.say("refused " + e);
      }
    }
    put(map, model, "step", Long.toString(checkpoint + 1));
    long made = checkpoint;
    try {
      made = map.checkpoint().number();
      SigkillChild.say("did " + made);
    } catch (PersistentMapException e) {
      SigkillChild.say("refused " + e);
    }
    return made;
  }

  private static void put(
      PersistentMap<String, String> map, Map<String, String> model, String key, String value) {
    map.put(key, value);
    model.put(key, value);
  }

  static String value(int number) {
    return (char) ('a' + number % 26) + Integer.toString(number).repeat(BYTES / 3);
  }
}
