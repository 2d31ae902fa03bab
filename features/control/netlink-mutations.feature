Feature: Messages that somebody damaged
  Everything a program can write reaches the kernel. Whatever is wrong with a message, it is answered, nothing else changes, and the
  socket goes on. The messages here are made from every operation that the target lists, and then changed at random.

  @NL-MUT-001 @law
  Scenario: A damaged message is answered, and nothing more
    Then for ten thousand damaged messages, each is answered or ignored as Linux does, and the socket goes on

  @NL-MUT-002 @law
  Scenario: A change that is refused by its policy changes nothing
    Then for every damaged change that is refused at an attribute, everything that is listed is as before

  @NL-MUT-003 @law
  Scenario: A strict operation takes no damage in silence
    Then for every strict query and every damage to its attributes, it is answered as before or refused with a place, words or what is missing
