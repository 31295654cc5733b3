package io.persistentmap.index;

import java.util.function.Supplier;

/** A key that a thread holds while it runs user code; another one may release it. */
public final class Hold {
  private final HashIndex index;
  private final Shard shard;
  private final Operation operation;
  private final KeyLock keyLock;

  /** Made before the key is taken: on a full heap it can still be given back. */
  private final Supplier<Boolean> giveBack;

  private volatile boolean released;

  /**
   * Takes the key, which the operation owes from then on. Under the shard's lock.
   *
   * @param ofFunction whether a function of the program is to run, rather than a checkpoint
   */
  Hold(HashIndex index, Shard shard, Operation operation, boolean ofFunction) {
    this.index = index;
    this.shard = shard;
    this.operation = operation;
    this.giveBack =
        () -> {
          releaseLocked();
          return true;
        };
    this.keyLock = shard.stripe().takeKey(index.map(), operation, ofFunction);
  }

  /** Puts the finished record of the operation that took the hold, and gives the key back. */
  public void put() {
    change(true);
  }

  /** Removes the key of the operation that took the hold, and gives the key back. */
  public void remove() {
    change(false);
  }

  private void change(boolean put) {
    index.changeHeld(keyLock, operation, put);
    released = true;
  }

  /**
   * Says whether another thread has cleared the map since the key was taken: what its holder then
   * decides came just before, and is gone with the rest. Under the shard's lock.
   */
  public boolean isOverrun() {
    return keyLock.isOverrun();
  }

  /**
   * Says whether another thread has cleared the map since the key was taken, and begins again if
   * so: its holder must read what is there once more. Without that it might see that nothing is
   * there any more, and its change would still be taken for one that came before.
   */
  public boolean beginsAgain() {
    if (!keyLock.isOverrun()) {
      return false;
    }
    return shard.locked(
        () -> {
          keyLock.beginAgain();
          return true;
        });
  }

  /** Gives the key back, if it has not been yet. */
  public void release() {
    if (!released) {
      boolean unused = shard.locked(giveBack);
    }
  }

  /** Gives the key back, if it has not been yet. Under the shard's lock. */
  public void releaseLocked() {
    if (!released) {
      released = true;
      shard.stripe().releaseKey(keyLock, operation);
    }
  }
}
