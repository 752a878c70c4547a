//! What a run hands over: the page, the work paper, proofs, letters; and the commands that read a finished run.

mod amounts;
mod audience;
mod book;
mod compare;
mod elsewhere;
mod page;
mod proofs;
mod pull;
mod rerender;
mod safety;
mod verify;
mod waivers;
