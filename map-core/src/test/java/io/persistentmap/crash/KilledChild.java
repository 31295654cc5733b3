package io.persistentmap.crash;

import io.persistentmap.SnapshotMode;
import io.persistentmap.ValueMode;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;

/**
 * Lives a {@link Scenario} in a process that {@link Faults} kill, and tells what must survive.
 * Arguments: file, snapshot mode, story.
 */
final class KilledChild {
  private KilledChild() {}

  public static void main(String[] arguments) {
    ChildJvm.endWithParent();
    Scenario scenario =
        new Scenario(
            FileSystem.ofPlatform(),
            Path.of(arguments[0]),
            SnapshotMode.valueOf(arguments[1]),
            ValueMode.COPIED,
            0);
    scenario.tell(SigkillChild::say);
    scenario.run(Scenario.Story.valueOf(arguments[2]));
    SigkillChild.say("completed");
  }
}
